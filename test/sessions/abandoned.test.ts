import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { testSecret } from '../support/application.js'
import { run } from './directApplication.js'
import { directBrowser } from './directBrowser.js'
import type { LightProvider } from './lightProvider.js'

describe('100,000 logins that nobody finishes', () => {
  test('leave nothing in memory, nor in a store', async () => {
    const keys = { written: 0 }
    const tokenStore = memoryTokenStore()
    const counting = { ...tokenStore, set: (...call: Parameters<typeof tokenStore.set>) => { keys.written++; return tokenStore.set(...call) } }
    const { router, provider } = run({ tokenStore: counting })
    const collect = collector()
    const abandon = async (count: number): Promise<void> => {
      for (let start = 0; start < count; start++) await abandonOne(() => router, provider)
    }
    await abandon(2_000)
    const before = heap(collect)
    await abandon(100_000)
    const grown = heap(collect) - before
    expect(grown).toBeLessThanOrEqual(5 * 2 ** 20)
    expect(keys.written).toBe(0)
    expect(provider.counts.calls).toBe(0)
  }, 120_000)

  test('10,000 of them make no session behind express-session', async () => {
    const sessions = new MemoryStore()
    const { app, provider } = run({}, [session({ secret: testSecret, resave: false, saveUninitialized: false, store: sessions }) as never])
    for (let start = 0; start < 10_000; start++) await abandonOne(() => app, provider)
    expect(Object.keys((sessions as unknown as { sessions: object }).sessions)).toHaveLength(0)
  }, 120_000)
})

async function abandonOne(app: Parameters<typeof directBrowser>[0], provider: LightProvider): Promise<void> {
  const { status } = await directBrowser(app, provider).send('/auth/light')
  if (status !== 302) throw new Error(`A login could not be started: ${String(status)}`)
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

function heap(collect: () => void): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
