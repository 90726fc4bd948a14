import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { AuthUser } from '../lib/model/user.js'
import type { UserId, UserStore } from '../lib/stores/userStore.js'

/** One thing that a user store must do. */
export interface UserStoreCase {
  /** A sentence about the store. */
  name: string
  /** The optional method that the case is about: a store without it can leave the case out. */
  needs?: 'findByEmail'
  /**
   * Tries it, with users of its own, who stay in the store.
   * @param store the store
   * @param other the same data seen through another connection or from another process; `store` itself where there can be no other
   * @throws AssertionError when the store does something else
   */
  run: (store: UserStore, other: UserStore) => Promise<void>
}

/** A user whom no other case, and no earlier run on the same data, knows. */
export function newUser(more: Partial<AuthUser> = {}): AuthUser {
  const { provider = 'contract', id = randomBytes(12).toString('base64url') } = more
  return {
    provider,
    id,
    key: `${provider}$${id}`,
    name: 'Ada Lovelace',
    roles: [],
    loggedInAt: new Date().toISOString(),
    raw: {},
    ...more,
  }
}

/** An address that nobody else has. */
export function newEmail(): string {
  return `Ada.${randomBytes(9).toString('hex')}@Example.com`
}

/** The id of a row, as text. */
export function idOf(row: unknown): string {
  const id: unknown = typeof row === 'object' && row !== null ? (row as { id?: unknown }).id : undefined
  assert.ok(typeof id === 'string' || typeof id === 'number', 'A row must have an id, a string or a number')
  return String(id)
}

/** The ids that no user has, whatever the type of ids is. */
export const noIds: readonly UserId[] = [
  '',
  '0',
  -1,
  'nobody',
  '00000000-0000-4000-8000-000000000000',
  '99999999999999999999999',
  "1' OR '1'='1",
  '🔑',
  'x'.repeat(2_000),
]

export async function assertNobody(answer: unknown): Promise<void> {
  assert.equal((await answer) ?? undefined, undefined)
}

/** Whose a key is: the id of its user, found by the key. */
export async function ownerOf(store: UserStore, key: string): Promise<string> {
  return idOf(await store.findByKey(key))
}

export async function keysOf(store: UserStore, id: UserId): Promise<string[]> {
  return [...(await store.listKeys(id))].sort()
}
