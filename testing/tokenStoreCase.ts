import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenStore } from '../lib/stores/tokenStore.js'

/** One thing that a token store must do. */
export interface TokenStoreCase {
  /** A sentence about the store. */
  name: string
  /** The optional method that the case is about: a store without it can leave the case out. */
  needs?: 'lock' | 'take'
  /**
   * Tries it, with keys of its own, in less than a second on a store that answers in milliseconds.
   * @param store the store
   * @param other the same data seen through another connection or from another process; `store` itself where there can be no other
   * @throws AssertionError when the store does something else
   */
  run: (store: TokenStore, other: TokenStore) => Promise<void>
}

/** How many ask at once. */
export const crowd = 50
/** Seconds: the life of what is never meant to end while a case runs. */
export const long = 60
/** Seconds: time enough for a renewal on a machine that is busy. */
export const unhurried = 2
/** Seconds: the life of what a case waits to see the end of. */
export const short = 0.15

/** Keys that no other case, and no earlier run on the same data, has used. */
export function newKey(): string {
  return `contract-${randomBytes(12).toString('base64url')}`
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

export function pick<Store>(n: number, store: Store, other: Store): Store {
  return n % 2 === 0 ? store : other
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'What should have ended after two seconds at most has not within 10')
    await sleep(10)
  }
}
