import { expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../../lib/stores/memory.js'

const day = 24 * 3600

test('Records of a minute push each other out of a memory store, and none that lives longer', async () => {
  const store = memoryTokenStore({ maxEntries: 10 })
  for (let index = 0; index < 10; index++) await store.set(`tokens:${String(index)}`, 'tokens', { ttl: day })
  for (let index = 0; index < 100; index++) await store.set(`landing:${String(index)}`, 'result', { ttl: 60 })
  for (let index = 0; index < 10; index++) expect(await store.get(`tokens:${String(index)}`)).toEqual({ record: 'tokens', version: 1 })
  expect(await store.get('landing:89')).toBeUndefined()
  expect(await store.get('landing:90')).toEqual({ record: 'result', version: 1 })
})

test('Records of a minute are bounded by what they hold, too', async () => {
  const store = memoryTokenStore()
  const large = 'x'.repeat(64 * 1024)
  for (let index = 0; index < 200; index++) await store.set(`landing:${String(index)}`, large, { ttl: 60 })
  const kept = await Promise.all(Array.from({ length: 200 }, (_none, index) => store.get(`landing:${String(index)}`)))
  const characters = kept.reduce((sum, found) => sum + (found?.record.length ?? 0), 0)
  expect(characters).toBeGreaterThan(7_000_000)
  expect(characters).toBeLessThanOrEqual(8_000_000)
  expect(kept.at(-1)).toBeDefined()
})

test('A record keeps its version, and is one record, when its time becomes long or short', async () => {
  const store = memoryTokenStore()
  expect(await store.set('a', 'short', { version: 0, ttl: 60 })).toBe(true)
  expect(await store.set('a', 'long', { version: 1, ttl: day })).toBe(true)
  expect(await store.get('a')).toEqual({ record: 'long', version: 2 })
  expect(await store.set('a', 'short again', { version: 1, ttl: 60 })).toBe(false)
  expect(await store.set('a', 'short again', { version: 2, ttl: 60 })).toBe(true)
  expect(await store.get('a')).toEqual({ record: 'short again', version: 3 })
  await store.delete('a')
  expect(await store.get('a')).toBeUndefined()
})
