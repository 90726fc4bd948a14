import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { describeWith, type Part } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { startRotationProvider, type RotationProvider } from '../support/rotationProvider.js'
import { rounds } from '../support/rounds.js'
import { newAccount, type Account } from './accounts.js'
import { application, slug } from './application.js'
import { openStore, type OpenStore, type StorePlace } from './openStore.js'
import type { Outcomes } from './worker.js'
import { startProcesses, type Process } from './workerProcess.js'

let provider: RotationProvider

beforeEach(async () => {
  provider = await startRotationProvider()
})
afterEach(async () => {
  await provider.close()
})

describe('In one process', () => {
  const times = rounds({ short: 50, long: 1_000 })

  test(`100 calls at once with a refused token are 1 refresh and 100 answers, ${times} times over`, async () => {
    const auth = application(provider)
    const family = provider.newFamily()
    const client = auth.client(slug, family.tokens)
    const outcomes: Outcomes = {}
    for (let round = 1; round <= times; round++) {
      family.end(100)
      const answers = await Promise.all(Array.from({ length: 100 }, () => client.get('x')))
      for (const { status } of answers) outcomes[status] = (outcomes[status] ?? 0) + 1
      expect(family.counts.refreshed).toBe(round)
    }
    expect(outcomes).toEqual({ 200: times * 100 })
    expect(provider.totals()).toEqual({
      asked: times,
      refreshed: times,
      reused: 0,
      revoked: 0,
      abandoned: 0,
      refused: times * 100,
      answered: times * 100,
    })
    await auth.close()
  })
})

interface Engine {
  name: string
  needs?: Part
  refusals: number
  start: () => Promise<{ place: StorePlace; stop: () => Promise<void> }>
}

const engines: Engine[] = [
  {
    name: 'Redis',
    needs: 'redis-server',
    refusals: rounds({ short: 25, long: 500 }),
    start: async () => {
      const { url, stop } = await startRedis()
      return { place: { engine: 'redis', url }, stop }
    },
  },
  {
    name: 'Postgres',
    needs: 'postgresql',
    refusals: rounds({ short: 25, long: 500 }),
    start: async () => {
      const { connectionString, stop } = await startPostgres()
      return { place: { engine: 'postgres', connectionString }, stop }
    },
  },
  {
    name: 'SQLite',
    refusals: rounds({ short: 10, long: 50 }),
    start: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'authrouter-sqlite-'))
      return {
        place: { engine: 'sqlite', file: join(folder, 'tokens.db') },
        stop: async () => {
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
  },
]

for (const { name, needs, refusals, start } of engines)
  describeWith(needs, `Four processes on ${name}`, () => {
    const expiries = rounds({ short: 10, long: 50 })
    let engine: Awaited<ReturnType<Engine['start']>>
    let opened: OpenStore
    let processes: Process[]
    let account: Account

    beforeAll(async () => {
      engine = await start()
    })
    afterAll(async () => {
      await engine.stop()
    })
    beforeEach(async () => {
      opened = await openStore(engine.place)
      processes = await startProcesses(4, {
        provider: { tokenEndpoint: provider.tokenEndpoint, apiBaseUrl: provider.apiBaseUrl },
        store: engine.place,
        timeout: 20_000,
      })
    })
    afterEach(async () => {
      await Promise.all(processes.map((process) => process.stop()))
      await opened.close()
    })

    /** All processes call the API at once; what came back is added to the outcomes. */
    async function callFromAll(calls: number, outcomes: Outcomes): Promise<void> {
      for (const answered of await Promise.all(processes.map((process) => process.call(account.sealed, calls)))) {
        for (const [outcome, count] of Object.entries(answered)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count
      }
    }

    test(`renew a token that is refused to 100 calls once a round, in ${refusals} rounds`, async () => {
      account = await newAccount(provider, opened.store)
      const outcomes: Outcomes = {}
      for (let round = 1; round <= refusals; round++) {
        account.family.end(100)
        await callFromAll(25, outcomes)
        expect(account.family.counts.refreshed).toBe(round)
      }
      expect(outcomes).toEqual({ 200: refusals * 100 })
      expect(provider.totals()).toEqual({
        asked: refusals,
        refreshed: refusals,
        reused: 0,
        revoked: 0,
        abandoned: 0,
        refused: refusals * 100,
        answered: refusals * 100,
      })
      expect(await opened.store.get(account.vault.key)).toMatchObject({ version: refusals + 1 })
    })

    test(`renew a token whose time is over before they use it, once a round, in ${expiries} rounds`, async () => {
      account = await newAccount(provider, opened.store, { delay: 10 })
      const outcomes: Outcomes = {}
      for (let round = 1; round <= expiries; round++) {
        const now = Math.floor(Date.now() / 1000)
        await account.vault.put({ ...account.family.tokens, issuedAt: now - 3_601, expiresAt: now - 1 })
        await callFromAll(25, outcomes)
        expect(account.family.counts.refreshed).toBe(round)
      }
      expect(outcomes).toEqual({ 200: expiries * 100 })
      expect(provider.totals()).toEqual({
        asked: expiries,
        refreshed: expiries,
        reused: 0,
        revoked: 0,
        abandoned: 0,
        refused: 0,
        answered: expiries * 100,
      })
    })
  })
