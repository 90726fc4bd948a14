import { describe, expect, test } from '@jest/globals'
import { memoryTokenStore, type StoreLock, type TokenStore } from '../../../lib/stores/index.js'
import { tokenStoreContract } from '../../../testing/index.js'

/** A store that works, and what is wrong with it. */
function broken(fault: (sound: Required<TokenStore>) => Partial<TokenStore>): TokenStore {
  const sound = memoryTokenStore() as Required<TokenStore>
  return { ...sound, ...fault(sound) }
}

function brokenLock(fault: (lock: StoreLock) => Partial<StoreLock>): TokenStore {
  return broken((sound) => ({
    lock: async (key, ttl) => {
      const lock = await sound.lock(key, ttl)
      return lock && { ...lock, ...fault(lock) }
    },
  }))
}

const faults: Record<string, TokenStore> = {
  'writes whatever the version is': broken(({ set }) => ({ set: (key, record, { ttl }) => set(key, record, { ttl }) })),
  'reads, waits and then writes': broken(({ get, set }) => ({
    set: async (key, record, { version, ttl }) => {
      const held = await get(key)
      await new Promise(setImmediate)
      return (version === undefined || version === (held?.version ?? 0)) && set(key, record, { ttl })
    },
  })),
  'lets nothing expire': broken(({ set }) => ({ set: (key, record, options) => set(key, record, { ...options, ttl: 9999 }) })),
  'says that nothing was written': broken(({ set }) => ({ set: async (...write) => (await set(...write)) && false })),
  'deletes nothing': broken(() => ({ delete: async () => undefined })),
  'cuts records off': broken(({ set }) => ({ set: (key, record, options) => set(key, record.slice(0, 60_000), options) })),
  'reads keys without case': broken(({ get, set }) => ({
    get: (key) => get(key.toLowerCase()),
    set: (key, ...rest) => set(key.toLowerCase(), ...rest),
  })),
  'gives a key to everybody': broken(() => ({ take: async () => true })),
  'gives a key only once': broken(({ take }) => ({ take: (key) => take(key, 9999) })),
  'locks for everybody': broken(() => ({ lock: async () => ({ renew: async () => true, release: async () => undefined }) })),
  'holds a lock for ever': broken(({ lock }) => ({ lock: (key) => lock(key, 9999) })),
  'keeps no lock longer': brokenLock(() => ({ renew: async () => true })),
  'says that a lock is lost': brokenLock(({ renew }) => ({ renew: async (ttl) => (await renew(ttl)) && false })),
  'never lets go of a lock': brokenLock(() => ({ release: async () => undefined })),
  'has no locks': broken(() => ({ lock: undefined as never })),
}

describe('tokenStoreContract finds a store that', () => {
  test.concurrent.each(Object.entries(faults))('%s', async (_fault, store) => {
    const results = await Promise.allSettled(tokenStoreContract.map(({ run }) => run(store, store)))
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).name] : []))
    expect(reasons).toContain('AssertionError')
  })
})

test('the cases about locks and claims say so, for stores that have none', () => {
  const { get, set, delete: remove } = memoryTokenStore()
  const rest = tokenStoreContract.filter(({ needs }) => needs === undefined)
  expect(rest.length).toBeGreaterThan(10)
  return Promise.all(rest.map(({ run }) => run({ get, set, delete: remove }, { get, set, delete: remove })))
})
