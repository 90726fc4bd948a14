// What a renewal costs that many ask for at once: milliseconds from 100 refused calls to 100 answers, with one token call between them, in
// one process and in four processes on each store. Run with: npx tsx bench/refresh.ts [rounds]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAccount } from '../test/processes/accounts.js'
import { application, slug } from '../test/processes/application.js'
import { openStore, type StorePlace } from '../test/processes/openStore.js'
import { startPostgres } from '../test/support/postgres.js'
import { startProcesses } from '../test/processes/workerProcess.js'
import { startRedis } from '../test/support/redis.js'
import { startRotationProvider } from '../test/support/rotationProvider.js'

const rounds = Number(process.argv[2] ?? 100)
const calls = 100
const count = 4

const provider = await startRotationProvider()
const redis = await startRedis()
const postgres = await startPostgres()
const folder = mkdtempSync(join(tmpdir(), 'authrouter-bench-'))
try {
  await inOneProcess()
  await inProcesses({ engine: 'redis', url: redis.url })
  await inProcesses({ engine: 'postgres', connectionString: postgres.connectionString })
  await inProcesses({ engine: 'sqlite', file: join(folder, 'tokens.db') })
} finally {
  await Promise.all([provider.close(), redis.stop(), postgres.stop()])
  rmSync(folder, { recursive: true, force: true })
}

async function inOneProcess(): Promise<void> {
  const auth = application(provider)
  const family = provider.newFamily()
  const client = auth.client(slug, family.tokens)
  await measure('one process', async () => {
    family.end(calls)
    await Promise.all(Array.from({ length: calls }, () => client.get('x')))
  })
  await auth.close()
}

async function inProcesses(place: StorePlace): Promise<void> {
  const { store, close } = await openStore(place)
  const processes = await startProcesses(count, {
    provider: { tokenEndpoint: provider.tokenEndpoint, apiBaseUrl: provider.apiBaseUrl },
    store: place,
  })
  const { family, sealed } = await newAccount(provider, store)
  await measure(`${String(count)} processes, ${place.engine}`, async () => {
    family.end(calls)
    await Promise.all(processes.map((process) => process.call(sealed, calls / count)))
  })
  await Promise.all(processes.map((process) => process.stop()))
  await close()
}

async function measure(name: string, round: () => Promise<void>): Promise<void> {
  const before = provider.totals()
  const times: number[] = []
  for (let done = 0; done < rounds; done++) {
    const start = performance.now()
    await round()
    times.push(performance.now() - start)
  }
  const after = provider.totals()
  times.sort((a, b) => a - b)
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(1)
  console.log(
    `${name.padEnd(22)} median ${at(0.5)} ms, 95 % within ${at(0.95)} ms; ${String(after.refreshed - before.refreshed)} renewals in ${String(rounds)} rounds, `
      + `${String(after.reused - before.reused)} reused`,
  )
}
