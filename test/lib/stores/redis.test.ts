import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createClient } from 'redis'
import { redisTokenStore, type TokenStore } from '../../../lib/stores/index.js'
import { tokenStoreContract } from '../../../testing/index.js'
import { describeWith } from '../../support/parts.js'
import { startRedis, type RedisServer } from '../../support/redis.js'

let server: RedisServer
let client: Awaited<ReturnType<typeof connect>>
let otherClient: typeof client
let store: TokenStore
let other: TokenStore

async function connect() {
  return createClient({ url: server.url })
    .on('error', () => undefined)
    .connect()
}

beforeAll(async () => {
  server = await startRedis()
  client = await connect()
  otherClient = await connect()
  store = redisTokenStore(client)
  other = redisTokenStore(otherClient)
})

afterAll(async () => {
  client.destroy()
  otherClient.destroy()
  await server.stop()
})

describeWith('redis-server', 'redisTokenStore keeps the contract:', () => {
  test.each(tokenStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})

describeWith('redis-server', 'redisTokenStore', () => {
  beforeEach(() => server.flush())

  test('lets the server end what has a time, to the millisecond', async () => {
    const started = performance.now()
    await store.set('a', 'record', { ttl: 60.5 })
    await store.take?.('a', 90.75)
    const lock = await store.lock?.('a', 15)
    await lock?.renew(30)

    const times = await Promise.all(['record', 'claim', 'lock'].map((kind) => client.pTTL(`authrouter:${kind}:a`)))
    const passed = performance.now() - started
    for (const [index, most] of [60_500, 90_750, 30_000].entries()) {
      expect(times[index]).toBeLessThanOrEqual(most)
      expect(times[index]).toBeGreaterThanOrEqual(Math.floor(most - passed) - 1)
    }
  })

  test('keeps every key under its prefix', async () => {
    const mine = redisTokenStore(client, { prefix: 'shop:' })
    await mine.set('a', 'record', { ttl: 60 })
    await mine.lock?.('a', 60)
    await mine.take?.('a', 60)
    expect((await client.keys('*')).sort()).toEqual(['shop:claim:a', 'shop:lock:a', 'shop:record:a'])
    expect(await store.get('a')).toBeUndefined()
  })

  test("lets the client's errors through, and works again when the server is back", async () => {
    await client.lPush('authrouter:record:list', 'x')
    await expect(store.set('list', 'record', { ttl: 60 })).rejects.toThrow('WRONGTYPE')
    await expect(store.get('list')).rejects.toThrow('WRONGTYPE')

    const { port } = server
    await server.stop()
    server = await startRedis(port)
    expect(await store.set('b', 'record', { version: 0, ttl: 60 })).toBe(true)
    expect(await other.get('b')).toEqual({ record: 'record', version: 1 })
  })
})
