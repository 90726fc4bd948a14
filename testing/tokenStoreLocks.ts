import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreLock, TokenStore } from '../lib/stores/tokenStore.js'
import { crowd, long, newKey, numbers, pick, short, unhurried, until, type TokenStoreCase } from './tokenStoreCase.js'

/** What a token store must do with locks and claims. */
export const lockCases: readonly TokenStoreCase[] = [
  {
    name: `of ${crowd} that take a key one gets it`,
    needs: 'take',
    run: async (store, other) => {
      const key = newKey()
      const taken = await Promise.all(numbers(crowd).map((n) => take(pick(n, store, other), key, long)))
      assert.equal(taken.filter(Boolean).length, 1)
      assert.equal(await take(other, key, long), false)
      assert.equal(await take(store, newKey(), long), true)
    },
  },
  {
    name: 'a key can be taken again after its time, by one of many',
    needs: 'take',
    run: async (store, other) => {
      const key = newKey()
      assert.equal(await take(store, key, short), true)
      let winners = 0
      await until(async () => {
        winners += (await Promise.all(numbers(crowd).map((n) => take(pick(n, store, other), key, long)))).filter(Boolean).length
        return winners > 0
      })
      assert.equal(winners, 1)
    },
  },
  {
    name: `of ${crowd} that want a lock one gets it, and the next after its release`,
    needs: 'lock',
    run: async (store, other) => {
      const key = newKey()
      for (const _round of numbers(3)) {
        const locks = (await Promise.all(numbers(crowd).map((n) => lock(pick(n, store, other), key, long)))).filter(
          (held) => held !== undefined,
        )
        assert.equal(locks.length, 1)
        assert.equal(await lock(other, key, long), undefined)
        await locks[0]?.release()
      }
      await (await mustLock(store, key, long)).release()
    },
  },
  {
    name: 'a lock that nobody releases is free after its time',
    needs: 'lock',
    run: async (store, other) => {
      const key = newKey()
      await mustLock(store, key, short)
      await untilLocked(other, key, long)
      assert.equal(await lock(store, key, long), undefined)
    },
  },
  {
    name: 'whoever lost a lock neither frees nor keeps it for the next holder',
    needs: 'lock',
    run: async (store, other) => {
      const key = newKey()
      const lost = await mustLock(store, key, short)
      const held = await untilLocked(other, key, long)
      assert.equal(await lost.renew(long), false)
      await lost.release()
      assert.equal(await lock(store, key, long), undefined)
      assert.equal(await held.renew(long), true)
      await held.release()
      assert.equal(await held.renew(long), false)
    },
  },
  {
    name: 'a lock that ended cannot be renewed, even when nobody took it',
    needs: 'lock',
    run: async (store) => {
      const [key, reference] = [newKey(), newKey()]
      const ended = await mustLock(store, key, short)
      await store.set(reference, 'short', { ttl: short })
      await until(async () => (await store.get(reference)) === undefined)
      // The two clocks may differ by the time of a round trip.
      await sleep(20)
      assert.equal(await ended.renew(long), false)
      await ended.release()
      assert.notEqual(await lock(store, key, long), undefined)
    },
  },
  {
    name: 'renewing keeps a lock beyond its first time',
    needs: 'lock',
    run: async (store, other) => {
      const [key, reference] = [newKey(), newKey()]
      const held = await mustLock(store, key, unhurried)
      assert.equal(await held.renew(long), true)
      await store.set(reference, 'short', { ttl: unhurried })
      await until(async () => (await store.get(reference)) === undefined)
      assert.equal(await lock(other, key, long), undefined)
      assert.equal(await held.renew(short), true)
      await untilLocked(other, key, long)
    },
  },
  {
    name: 'the record, the lock and the claim of one key do not meet',
    needs: 'lock',
    run: async (store) => {
      const key = newKey()
      const held = await mustLock(store, key, long)
      if (store.take) assert.equal(await store.take(key, long), true)
      assert.equal(await store.get(key), undefined)
      assert.equal(await store.set(key, 'record', { version: 0, ttl: long }), true)
      await held.release()
      assert.equal((await store.get(key))?.record, 'record')
      await store.delete(key)
      if (store.take) assert.equal(await store.take(key, long), false)
      assert.notEqual(await lock(store, key, long), undefined)
    },
  },
]

async function take(store: TokenStore, key: string, ttl: number): Promise<boolean> {
  assert.ok(store.take, 'The store has no take()')
  return store.take(key, ttl)
}

async function lock(store: TokenStore, key: string, ttl: number): Promise<StoreLock | undefined> {
  assert.ok(store.lock, 'The store has no lock()')
  return store.lock(key, ttl)
}

async function mustLock(store: TokenStore, key: string, ttl: number): Promise<StoreLock> {
  const held = await lock(store, key, ttl)
  assert.ok(held, 'The lock of a key that nobody holds is not given')
  return held
}

async function untilLocked(store: TokenStore, key: string, ttl: number): Promise<StoreLock> {
  let held: StoreLock | undefined
  await until(async () => {
    held = await lock(store, key, ttl)
    return held !== undefined
  })
  assert.ok(held)
  return held
}
