import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { testSecret } from '../support/application.js'
import { rounds } from '../support/rounds.js'
import { run } from './directApplication.js'
import { directBrowser } from './directBrowser.js'
import type { LightProvider } from './lightProvider.js'

const starts = rounds({ short: 10_000, long: 100_000 })

describe(`${starts} logins that nobody finishes`, () => {
  test('leave nothing in memory, nor in a store', async () => {
    const keys = { written: 0 }
    const tokenStore = memoryTokenStore()
    const counting = {
      ...tokenStore,
      set: (...call: Parameters<typeof tokenStore.set>) => {
        keys.written++
        return tokenStore.set(...call)
      },
    }
    const { router, provider } = run({ tokenStore: counting })
    const collect = collector()
    const abandon = async (count: number): Promise<void> => {
      for (let start = 0; start < count; start++) await abandonOne(() => router, provider)
    }
    await abandon(2_000)
    const before = heap(collect)
    await abandon(starts)
    const grown = heap(collect) - before
    expect(grown).toBeLessThanOrEqual(5 * 2 ** 20)
    expect(keys.written).toBe(0)
    expect(provider.counts.calls).toBe(0)
  })

  test(`${starts / 10} of them make no session behind express-session`, async () => {
    const sessions = new MemoryStore()
    const { app, provider } = run({}, [session({ secret: testSecret, resave: false, saveUninitialized: false, store: sessions }) as never])
    for (let start = 0; start < starts / 10; start++) await abandonOne(() => app, provider)
    expect(Object.keys((sessions as unknown as { sessions: object }).sessions)).toHaveLength(0)
  })
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
