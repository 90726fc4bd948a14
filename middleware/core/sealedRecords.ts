import { AuthError } from '../../lib/base/errors.js'
import type { Sealer } from '../../lib/base/seal.js'
import { sleep } from '../../lib/base/timeout.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { StoredRecord, TokenStore } from '../../lib/stores/tokenStore.js'

/** Sealed records of a token store that hold no tokens, changed by many requests and processes at once without losing a change. */
export interface SealedRecords {
  /** @throws AuthError `store_unavailable`, also for a record that is there and cannot be opened */
  read: (name: string) => Promise<unknown>
  /**
   * Changes a record. Changes that this process makes at the same time are written together, and one that another process was quicker
   * with is made again on what that one wrote.
   * @param change from the value, `undefined` where there is none, to the next
   * @throws AuthError `store_unavailable`, and what `change` throws
   */
  change: (name: string, change: (value: unknown) => unknown) => Promise<void>
  /**
   * Writes a record, whatever is there.
   * @param lifetime seconds
   * @throws AuthError `store_unavailable`
   */
  put: (name: string, value: unknown, lifetime: number) => Promise<void>
  /** @throws AuthError `store_unavailable` */
  remove: (name: string) => Promise<void>
  /**
   * Whether this is the first, of however many processes, to claim a name within so many seconds; absent where the store cannot tell.
   * @throws AuthError `store_unavailable`
   */
  claim?: (name: string, lifetime: number) => Promise<boolean>
}

/** What such records are of: claims of callbacks and their results, lists of sessions, marks of ended sessions, used logout tokens, nonces of answers. */
export type RecordKind = 'callback' | 'result' | 'sessions' | 'ended' | 'jti' | 'nonce'

/** The key of a record in a store that several applications may share. */
export function storeKey({ appId }: { appId: string }, kind: RecordKind | 'tokens' | 'account' | 'client', name: string): string {
  return `authrouter:${appId}:${kind}:${name}`
}

interface Waiting {
  change: (value: unknown) => unknown
  resolve: () => void
  reject: (error: unknown) => void
}

/** Milliseconds after which a record that others keep changing is given up. */
const patience = 10_000
const firstPause = 5
const maxPause = 100

export interface RecordsOptions {
  store: TokenStore
  sealer: Sealer
  appId: string
  /** Seconds that a changed record is kept. */
  lifetime: () => number
}

/** Makes what gives the records of a kind. */
export function sealedRecords({ store, sealer, appId, lifetime }: RecordsOptions): (kind: RecordKind) => SealedRecords {
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
      await write(key, batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error)
      })
    }
    waiting.delete(key)
  }

  async function write(key: string, batch: readonly Waiting[]): Promise<void> {
    const end = performance.now() + patience
    for (let pause = firstPause; performance.now() < end; pause = Math.min(pause * 2, maxPause)) {
      const { value, version } = await read(key)
      const { next, made } = applied(batch, value)
      const sealed = sealer.seal('session', key, next, { compressed: true })
      if (await callStore(() => store.set(key, sealed, { version, ttl: lifetime() }))) {
        for (const { resolve } of made) resolve()
        return
      }
      await sleep(pause * Math.random())
    }
    throw new AuthError('store_unavailable', 'What is kept of these sign-ins changes too fast. Try again soon.')
  }

  function change(key: string, change: Waiting['change']): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = waiting.get(key)
      if (queue) {
        queue.push({ change, resolve, reject })
        return
      }
      const started = [{ change, resolve, reject }]
      waiting.set(key, started)
      void work(key, started)
    })
  }

  return (kind) => {
    const keyOf = (name: string): string => storeKey({ appId }, kind, name)
    return {
      async read(name) {
        const { value, isThere } = await read(keyOf(name))
        if (isThere && value === undefined)
          throw new AuthError(
            'store_unavailable',
            'What is kept of these sign-ins cannot be read: it is damaged, or encrypted with a secret that is no longer in the list.',
          )
        return value
      },
      change: (name, made) => change(keyOf(name), made),
      async put(name, value, ttl) {
        const key = keyOf(name)
        await callStore(() => store.set(key, sealer.seal('session', key, value, { compressed: true }), { ttl }))
      },
      async remove(name) {
        await callStore(() => store.delete(keyOf(name)))
      },
      ...(store.take ? { claim: async (name: string, ttl: number) => Boolean(await callStore(() => store.take?.(keyOf(name), ttl))) } : {}),
    }
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
