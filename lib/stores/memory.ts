import { randomToken } from '../random.js'
import type { TokenStore } from '../tokenStore.js'
import { everyMinute } from './everyMinute.js'

export interface MemoryTokenStoreOptions {
  /** How many records are kept, and how many locks and claims: 10,000 of each by default. The one written longest ago makes room. */
  maxEntries?: number
  /** The clock, in milliseconds. */
  now?: () => number
}

interface Entry {
  value: string
  version: number
  /** Milliseconds. */
  until: number
}

interface Entries {
  get: (key: string) => Entry | undefined
  put: (key: string, value: string, version: number, ttl: number) => void
  delete: (key: string) => void
}

/**
 * Keeps tokens in this process: for development, for tests, and for an application of one process that may forget everybody when it is
 * restarted.
 */
export function memoryTokenStore({ maxEntries = 10_000, now = Date.now }: MemoryTokenStoreOptions = {}): TokenStore {
  const records = createEntries(maxEntries, now)
  const locks = createEntries(maxEntries, now)
  const claims = createEntries(maxEntries, now)

  return {
    async get(key) {
      const entry = records.get(key)
      return entry && { record: entry.value, version: entry.version }
    },
    async set(key, record, { version, ttl }) {
      const held = records.get(key)?.version ?? 0
      if (version !== undefined && version !== held) return false
      records.put(key, record, held + 1, ttl)
      return true
    },
    async delete(key) {
      records.delete(key)
    },
    async lock(key, ttl) {
      if (locks.get(key)) return undefined
      const owner = randomToken(16)
      locks.put(key, owner, 1, ttl)
      const isOwner = (): boolean => locks.get(key)?.value === owner
      return {
        async renew(nextTtl) {
          if (!isOwner()) return false
          locks.put(key, owner, 1, nextTtl)
          return true
        },
        async release() {
          if (isOwner()) locks.delete(key)
        },
      }
    },
    async take(key, ttl) {
      if (claims.get(key)) return false
      claims.put(key, '', 1, ttl)
      return true
    },
  }
}

function createEntries(most: number, now: () => number): Entries {
  const entries = new Map<string, Entry>()
  const removeExpired = everyMinute(() => {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key)
  }, now)

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry || entry.until > now()) return entry
      entries.delete(key)
      return undefined
    },
    put(key, value, version, ttl) {
      removeExpired()
      // A map is in the order of insertion, so the first entry stays the one written longest ago.
      entries.delete(key)
      entries.set(key, { value, version, until: now() + ttl * 1000 })
      const oldest = entries.keys().next()
      if (entries.size > most && !oldest.done) entries.delete(oldest.value)
    },
    delete: (key) => { entries.delete(key) },
  }
}
