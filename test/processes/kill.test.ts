import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith, type Part } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { startRotationProvider, type RotationProvider } from '../support/rotationProvider.js'
import { rounds } from '../support/rounds.js'
import { newAccount } from './accounts.js'
import { killWhileRenewing, type Aftermath, type Kill } from './kills.js'
import { openStore, type OpenStore, type StorePlace } from './openStore.js'
import type { WorkerSettings } from './worker.js'
import { startProcess, startProcesses, type Process } from './workerProcess.js'

/** Processes that are started before any of them is killed, so that starting disturbs no kill. */
const batch = 10
/** Milliseconds that the provider takes for a refresh at most. */
const maxDelay = 30
/** Seconds that a lock may outlive its holder. */
const maxLock = 15

const engines: { name: string; needs: Part; kills: number; start: () => Promise<{ place: StorePlace; stop: () => Promise<void> }> }[] = [
  {
    name: 'Redis',
    needs: 'redis-server',
    kills: rounds({ short: 20, long: 200 }),
    start: async () => {
      const { url, stop } = await startRedis()
      return { place: { engine: 'redis', url }, stop }
    },
  },
  {
    name: 'Postgres',
    needs: 'postgresql',
    kills: rounds({ short: 20, long: 40 }),
    start: async () => {
      const { connectionString, stop } = await startPostgres()
      return { place: { engine: 'postgres', connectionString }, stop }
    },
  },
]

for (const { name, needs, kills, start } of engines)
  describeWith(needs, `A process on ${name} that is killed while it refreshes`, () => {
    let engine: Awaited<ReturnType<typeof start>>
    let provider: RotationProvider
    let opened: OpenStore
    let settings: WorkerSettings
    let healthy: Process

    beforeEach(async () => {
      engine = await start()
      provider = await startRotationProvider()
      opened = await openStore(engine.place)
      settings = { provider: { tokenEndpoint: provider.tokenEndpoint, apiBaseUrl: provider.apiBaseUrl }, store: engine.place }
      healthy = await startProcess(settings)
    })
    afterEach(async () => {
      await healthy.stop()
      await opened.close()
      await provider.close()
      await engine.stop()
    })

    /** How many milliseconds a process takes to renew an account and call the API. */
    async function renewalTime(process: Process): Promise<number> {
      const { family, sealed } = await newAccount(provider, opened.store, { delay: Math.random() * maxDelay })
      family.end()
      const begin = performance.now()
      expect(await process.call(sealed, 1)).toEqual({ 200: 1 })
      return performance.now() - begin
    }

    /** Processes that have refreshed before: what is loaded at the first call does not count. */
    async function warmProcesses(): Promise<{ processes: Process[]; usual: number }> {
      const processes = await startProcesses(batch, settings)
      await Promise.all(processes.map(renewalTime))
      const times: number[] = []
      for (const process of processes) times.push(await renewalTime(process))
      return { processes, usual: times.sort((a, b) => a - b)[batch / 2] ?? 0 }
    }

    /** Kills so many processes, one after the other; what became of each is examined meanwhile. */
    async function killMany(
      count: number,
      moment: (usual: number) => Pick<Kill, 'since' | 'after'>,
    ): Promise<{ aftermaths: Promise<Aftermath>[] }> {
      const aftermaths: Promise<Aftermath>[] = []
      while (aftermaths.length < count) {
        const { processes, usual } = await warmProcesses()
        for (const victim of processes) {
          const kill: Kill = { provider, store: opened.store, victim, healthy, delay: Math.random() * maxDelay, ...moment(usual) }
          const { aftermath } = await killWhileRenewing(kill)
          // One that fails is told of at the end, by whoever waits for all.
          aftermath.catch(() => undefined)
          aftermaths.push(aftermath)
        }
      }
      return { aftermaths }
    }

    function expectNoHarm(aftermaths: readonly Aftermath[]): void {
      for (const aftermath of aftermaths) {
        const isLost = ['before the write', 'before an answer to nobody'].includes(aftermath.moment)
        expect(aftermath).toMatchObject({
          record: ['before the unlocking', 'afterwards'].includes(aftermath.moment) ? 'new' : 'old',
          // What a provider has said to nobody but the dead cannot be known: the old refresh token is used up; only a new sign-in helps.
          outcomes: isLost ? { reauth_required: 1 } : { 200: 1 },
          refreshed: 1,
          reused: isLost ? 1 : 0,
        })
        // On a busy machine the store takes a lock for who is dead by then.
        expect(aftermath.lockedFor).toBeLessThan((maxLock + 5) * 1000)
      }
    }

    function print(title: string, aftermaths: readonly Aftermath[]): void {
      const counts: Record<string, number> = {}
      for (const { moment } of aftermaths) counts[moment] = (counts[moment] ?? 0) + 1
      const longest = Math.max(...aftermaths.map(({ lockedFor }) => lockedFor))
      process.stdout.write(
        `${name}, ${aftermaths.length} kills ${title}: ${JSON.stringify(counts)}, longest lock ${Math.round(longest)} ms after the kill\n`,
      )
    }

    test(`at any of ${kills} moments, or 20 times as the provider answers, leaves a whole record and a lock that ends`, async () => {
      const random = await killMany(kills, (usual) => ({ since: 'call', after: Math.random() * usual * 1.2 }))
      const answered = await killMany(20, () => ({ since: 'answer', after: Math.random() < 0.5 ? 0 : Math.random() * 4 }))
      const atRandom = await Promise.all(random.aftermaths)
      const asAnswered = await Promise.all(answered.aftermaths)
      print('at random', atRandom)
      print('as the provider answered', asAnswered)
      expect([atRandom.length, asAnswered.length]).toEqual([kills, 20])
      expectNoHarm([...atRandom, ...asAnswered])
      // The kills fell on both sides of the provider's answer.
      expect(atRandom.some(({ reused, record }) => record === 'old' && reused === 0)).toBe(true)
      expect(asAnswered.some(({ lockedFor }) => lockedFor > 0)).toBe(true)
    })
  })
