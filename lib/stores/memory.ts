import { randomToken } from '../base/random.js'
import { everyMinute } from './everyMinute.js'
import type { TokenStore } from './tokenStore.js'

export interface MemoryTokenStoreOptions {
  /**
   * How many records are kept, and how many locks and claims: 10,000 of each by default. The one written longest ago makes room; records
   * that live for minutes never take the place of those that live longer.
   */
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

/** Seconds of life up to which a record is a passing one, such as a callback's result: strangers cause those, signed-in people need the others. */
const shortLife = 300
/** Characters of passing records kept at most. */
const maxPassing = 8_000_000

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
  const lasting = createEntries(maxEntries, now)
  const passing = createEntries(maxEntries, now, maxPassing)
  const find = (key: string): Entry | undefined => lasting.get(key) ?? passing.get(key)
  const locks = createEntries(maxEntries, now)
  const claims = createEntries(maxEntries, now)

  return {
    async get(key) {
      const entry = find(key)
      return entry && { record: entry.value, version: entry.version }
    },
    async set(key, record, { version, ttl }) {
      const held = find(key)?.version ?? 0
      if (version !== undefined && version !== held) return false
      const [kept, left] = (ttl ?? Infinity) > shortLife ? [lasting, passing] : [passing, lasting]
      left.delete(key)
      kept.put(key, record, held + 1, ttl ?? Infinity)
      return true
    },
    async delete(key) {
      lasting.delete(key)
      passing.delete(key)
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

function createEntries(most: number, now: () => number, maxCharacters = Infinity): Entries {
  const entries = new Map<string, Entry>()
  let characters = 0
  const remove = (key: string): void => {
    const entry = entries.get(key)
    if (entry && entries.delete(key)) characters -= key.length + entry.value.length
  }
  const removeExpired = everyMinute(() => {
    for (const [key, { until }] of entries) if (until <= now()) remove(key)
  }, now)

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry || entry.until > now()) return entry
      remove(key)
      return undefined
    },
    put(key, value, version, ttl) {
      removeExpired()
      // A map is in the order of insertion, so the first entry stays the one written longest ago.
      remove(key)
      entries.set(key, { value, version, until: now() + ttl * 1000 })
      characters += key.length + value.length
      for (const oldest of entries.keys()) {
        if (entries.size <= most && characters <= maxCharacters) break
        remove(oldest)
      }
    },
    delete: remove,
  }
}
