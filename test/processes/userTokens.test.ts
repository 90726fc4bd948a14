import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sha256 } from '../../lib/base/random.js'
import { createSealer } from '../../lib/base/seal.js'
import { sqliteUserStore, type SqliteUserStore } from '../../lib/stores/index.js'
import type { AuthUser } from '../../lib/model/user.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import { sealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import { describeWith } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { startRotationProvider, type Family, type RotationProvider } from '../support/rotationProvider.js'
import { rounds } from '../support/rounds.js'
import { application, partyOf, secret, slug } from './application.js'
import { openStore, type OpenStore, type StorePlace } from './openStore.js'
import type { Outcomes } from './worker.js'
import { startProcesses, type Process } from './workerProcess.js'

/** Jobs by the id of a user, in four processes that were started after the user signed out, under a newer secret. */

const newSecret = 'another secret of the tests with several processes'
const stores = [
  {
    name: 'Redis',
    needs: 'redis-server' as const,
    start: async (): Promise<{ place: StorePlace; stop: () => Promise<void> }> => {
      const { url, stop } = await startRedis()
      return { place: { engine: 'redis', url }, stop }
    },
  },
  {
    name: 'Postgres',
    needs: 'postgresql' as const,
    start: async (): Promise<{ place: StorePlace; stop: () => Promise<void> }> => {
      const { connectionString, stop } = await startPostgres()
      return { place: { engine: 'postgres', connectionString }, stop }
    },
  },
]

for (const { name, needs, start } of stores)
  describeWith(needs, `Four processes with tokens of users on ${name}`, () => {
    const times = rounds({ short: 20, long: 200 })
    const folder = mkdtempSync(join(tmpdir(), 'user-tokens-'))
    let engine: Awaited<ReturnType<typeof start>>
    let provider: RotationProvider
    let opened: OpenStore
    let users: SqliteUserStore
    let processes: Process[]
    let family: Family
    let id: string | number

    beforeAll(async () => {
      engine = await start()
    })
    afterAll(async () => {
      await engine.stop()
      rmSync(folder, { recursive: true, force: true })
    })
    beforeEach(async () => {
      provider = await startRotationProvider()
      opened = await openStore(engine.place)
      const file = join(folder, `${crypto.randomUUID()}.db`)
      users = sqliteUserStore(file)
      id = await signedIn()
      processes = await startProcesses(4, {
        provider: { tokenEndpoint: provider.tokenEndpoint, apiBaseUrl: provider.apiBaseUrl },
        store: engine.place,
        users: file,
        secrets: [newSecret, secret],
        timeout: 20_000,
      })
    })
    afterEach(async () => {
      await Promise.all(processes.map((process) => process.stop()))
      users.close()
      await opened.close()
      await provider.close()
    })

    /** Leaves behind what a sign-in and a sign-out under the older secret do. */
    async function signedIn(): Promise<string | number> {
      family = provider.newFamily()
      const party = partyOf(provider)
      const user: AuthUser = {
        provider: slug,
        id: '1',
        key: `${slug}$1`,
        name: 'Ada',
        roles: [],
        raw: {},
        loggedInAt: new Date().toISOString(),
      }
      const row = await users.create(user)
      const key = `authrouter:authrouter:account:${sha256(user.key)}`
      const record = sealedTokenRecord({
        store: opened.store,
        sealer: createSealer([secret], 'authrouter'),
        key,
        party,
        now: () => Date.now(),
      })
      await record.of({ userId: row.id, user, binding: bindingOf(party) }).put(family.tokens)
      return row.id
    }

    async function callFromAll(calls: number, outcomes: Outcomes): Promise<void> {
      for (const answered of await Promise.all(processes.map((process) => process.call({ user: id }, calls)))) {
        for (const [outcome, count] of Object.entries(answered)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count
      }
    }

    test(`refresh once a round and answer every call, in ${times} rounds; after the end of the account they call nobody`, async () => {
      const outcomes: Outcomes = {}
      for (let round = 1; round <= times; round++) {
        family.end(100)
        await callFromAll(25, outcomes)
        expect(family.counts.refreshed).toBe(round)
      }
      expect(outcomes).toEqual({ 200: times * 100 })
      expect(provider.totals()).toMatchObject({ refreshed: times, reused: 0, revoked: 0, answered: times * 100 })

      const owner = application(provider, { tokenStore: opened.store, userStore: users, secrets: [newSecret, secret] })
      await owner.forget(id)
      await owner.close()
      const ended: Outcomes = {}
      await callFromAll(25, ended)
      expect(ended).toEqual({ not_linked: 100 })
      expect(provider.totals()).toMatchObject({ refreshed: times, answered: times * 100 })
    })
  })
