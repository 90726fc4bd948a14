import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from '../support/parts.js'
import { startRedis } from '../support/redis.js'
import { startRotationProvider, type RotationProvider } from '../support/rotationProvider.js'
import { newAccount } from './accounts.js'
import { openStore, type StorePlace } from './openStore.js'
import { startProcesses } from './workerProcess.js'

let provider: RotationProvider

beforeEach(async () => {
  provider = await startRotationProvider()
})
afterEach(async () => {
  await provider.close()
})

describeWith('redis-server', 'A provider that takes longer than a lock lasts', () => {
  test('is asked once: the process that waits for it keeps its lock', async () => {
    const redis = await startRedis()
    const place: StorePlace = { engine: 'redis', url: redis.url }
    const { store, close } = await openStore(place)
    const processes = await startProcesses(4, {
      provider: { tokenEndpoint: provider.tokenEndpoint, apiBaseUrl: provider.apiBaseUrl },
      store: place,
      timeout: 10_000,
    })
    const { family, sealed } = await newAccount(provider, store, { delay: 17_000 })
    family.end(4)
    expect(await Promise.all(processes.map((process) => process.call(sealed, 1)))).toEqual(Array.from({ length: 4 }, () => ({ 200: 1 })))
    expect(provider.totals()).toEqual({ asked: 1, refreshed: 1, reused: 0, revoked: 0, abandoned: 0, refused: 4, answered: 4 })
    await Promise.all(processes.map((process) => process.stop()))
    await close()
    await redis.stop()
  })
})
