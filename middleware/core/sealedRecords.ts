import { setTimeout as sleep } from 'node:timers/promises'
import { AuthError } from '../../lib/base/errors.js'
import type { Sealer } from '../../lib/base/seal.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { StoredRecord, TokenStore } from '../../lib/stores/tokenStore.js'

/** Sealed records of a token store that hold no tokens, changed by many requests and processes at once without losing a change. */
export interface SealedRecords {
  /** @throws AuthError `store_unavailable`, also for a record that is there and cannot be opened */
  read: (key: string) => Promise<unknown>
  /**
   * Changes a record. Changes that this process makes at the same time are written together, and one that another process was quicker
   * with is made again on what that one wrote.
   * @param change from the value, `undefined` where there is none, to the next
   * @throws AuthError `store_unavailable`, and what `change` throws
   */
  change: (key: string, change: (value: unknown) => unknown) => Promise<void>
}

interface Waiting { change: (value: unknown) => unknown; resolve: () => void; reject: (error: unknown) => void }

/** Milliseconds after which a record that others keep changing is given up. */
const patience = 10_000
const firstPause = 5
const longestPause = 100

/** @param ttl seconds that a record is kept after a write */
export function sealedRecords({ store, sealer, ttl }: { store: TokenStore; sealer: Sealer; ttl: () => number }): SealedRecords {
  const waiting = new Map<string, Waiting[]>()

  async function read(key: string): Promise<{ value: unknown; version: number; isThere: boolean }> {
    const stored: Partial<StoredRecord> | null | undefined = await callStore(() => store.get(key))
    const value = typeof stored?.record === 'string' ? sealer.open('session', key, stored.record) : undefined
    return { value, version: stored?.version ?? 0, isThere: Boolean(stored) }
  }

  /** Makes all changes that wait, over and over until none does. */
  async function work(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0)
      await write(key, batch).catch((error: unknown) => { for (const { reject } of batch) reject(error) })
    }
    waiting.delete(key)
  }

  async function write(key: string, batch: readonly Waiting[]): Promise<void> {
    const end = performance.now() + patience
    for (let pause = firstPause; performance.now() < end; pause = Math.min(pause * 2, longestPause)) {
      const { value, version } = await read(key)
      const { next, made } = applied(batch, value)
      const sealed = sealer.seal('session', key, next, { compressed: true })
      if (await callStore(() => store.set(key, sealed, { version, ttl: ttl() }))) {
        for (const { resolve } of made) resolve()
        return
      }
      await sleep(pause * Math.random())
    }
    throw new AuthError('store_unavailable', 'What is kept of these sign-ins changes too fast. Try again soon.')
  }

  return {
    async read(key) {
      const { value, isThere } = await read(key)
      if (isThere && value === undefined) throw new AuthError('store_unavailable', 'What is kept of these sign-ins cannot be read: it was damaged, or sealed with a secret that is not in the list any more.')
      return value
    },
    change: (key, change) => new Promise((resolve, reject) => {
      const queue = waiting.get(key)
      if (queue) {
        queue.push({ change, resolve, reject })
        return
      }
      const started = [{ change, resolve, reject }]
      waiting.set(key, started)
      void work(key, started)
    }),
  }
}

/** A value after a batch of changes; one that throws is refused, and the others are made. */
function applied(batch: readonly Waiting[], value: unknown): { next: unknown; made: Waiting[] } {
  let next = value
  const made = batch.filter(({ change, reject }) => {
    try {
      next = change(next)
      return true
    } catch (error) {
      reject(error)
      return false
    }
  })
  return { next, made }
}
