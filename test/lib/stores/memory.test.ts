import { describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../../lib/stores/index.js'
import { tokenStoreContract } from '../../../testing/index.js'

describe('memoryTokenStore keeps the contract:', () => {
  const store = memoryTokenStore()
  test.each(tokenStoreContract)('$name', async ({ run }) => {
    await run(store, store)
  })
})

describe('memoryTokenStore', () => {
  test('keeps no more entries than it may, and forgets what was written longest ago', async () => {
    const store = memoryTokenStore({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) await store.set(key, key, { ttl: 60 })
    await store.set('a', 'again', { ttl: 60 })
    await store.set('d', 'd', { ttl: 60 })
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await store.get(key))?.record))).toEqual([
      'again',
      undefined,
      'c',
      'd',
    ])
  })

  test('bounds locks and claims by themselves', async () => {
    const store = memoryTokenStore({ maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) {
      expect(await store.take?.(key, 60)).toBe(true)
      expect(await store.lock?.(key, 60)).toBeDefined()
    }
    expect(await store.take?.('c', 60)).toBe(false)
    expect(await store.take?.('a', 60)).toBe(true)
    await store.set('record', 'kept', { ttl: 60 })
    expect(await store.get('record')).toEqual({ record: 'kept', version: 1 })
  })

  test('lets what has expired make room before what has not', async () => {
    let time = 0
    const store = memoryTokenStore({ maxEntries: 2, now: () => time })
    await store.set('old', 'lives long', { ttl: 1000 })
    await store.set('short', 'lives short', { ttl: 1 })
    time = 61_000
    await store.set('new', 'new', { ttl: 60 })
    expect((await store.get('old'))?.record).toBe('lives long')
    expect(await store.get('short')).toBeUndefined()
  })

  test('ends a record at the millisecond', async () => {
    let time = 0
    const store = memoryTokenStore({ now: () => time })
    await store.set('a', 'record', { ttl: 0.001 })
    expect(await store.get('a')).toBeDefined()
    time = 1
    expect(await store.get('a')).toBeUndefined()
  })
})
