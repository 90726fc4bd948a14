// What a flood of forged callbacks does to honest people: the router in a process of its own gets 1,000 callbacks a second that nobody
// started, while people sign in. Prints the honest logins' times and the calls that left the process.
// Run with: npx tsx bench/badCallbacks.ts [seconds] [callbacks a second]
import { fork } from 'node:child_process'
import { Agent, request } from 'undici'

const seconds = Number(process.argv[2] ?? 60)
const rate = Number(process.argv[3] ?? 1000)

if (process.send) await serve()
else await attack()

async function serve(): Promise<void> {
  const { authRouter } = await import('../middleware/index.js')
  const { createLightProvider } = await import('../test/sessions/lightProvider.js')
  const { listen } = await import('../test/support/hosts.js')
  const provider = createLightProvider()
  let outbound = 0
  const fetch: typeof globalThis.fetch = (...call) => {
    outbound++
    return provider.fetch(...call)
  }
  const server = await listen((req, res) => {
    router(req, res)
  })
  const router = authRouter({
    secret: 'a secret of the bench, long enough to seal',
    baseUrl: server.url,
    logger: false,
    providers: { light: provider.entry },
    http: { fetch },
  })
  process.on('message', (message: { approve?: string }) => {
    if (message.approve !== undefined) process.send?.({ callback: provider.approve(message.approve) })
    else process.send?.({ outbound, logins: provider.counts.codes })
  })
  process.send?.({ url: server.url })
}

async function attack(): Promise<void> {
  const child = fork(new URL(import.meta.url).pathname, { execArgv: process.execArgv })
  const asked = <T>(message: object): Promise<T> =>
    new Promise((resolve) => {
      child.once('message', (answer) => {
        resolve(answer as T)
      })
      child.send(message)
    })
  const { url } = await new Promise<{ url: string }>((resolve) => {
    child.once('message', (answer) => {
      resolve(answer as { url: string })
    })
  })
  const dispatcher = new Agent({ connections: 64 })
  const statuses = new Map<number, number>()
  let sent = 0
  let pending = 0

  const end = performance.now() + seconds * 1000
  const started = performance.now()
  const flood = (async () => {
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - started) / 1000) * rate) - sent
      for (let count = 0; count < due && pending < 2000; count++) {
        sent++
        pending++
        void request(`${url}/auth/light/callback?code=x&state=${Math.random().toString(36)}${Math.random().toString(36)}`, {
          dispatcher,
          headers: { accept: 'application/json' },
        })
          .then(async ({ statusCode, body }) => {
            statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
            await body.dump()
          })
          .catch(() => {
            statuses.set(0, (statuses.get(0) ?? 0) + 1)
          })
          .finally(() => {
            pending--
          })
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    }
  })()

  const times: number[] = []
  let failed = 0
  while (performance.now() < end) {
    const start = performance.now()
    const begun = await request(`${url}/auth/light`, {
      headers: { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
    })
    await begun.body.dump()
    const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? ''
    const atProvider = performance.now()
    const { callback } = await asked<{ callback: string }>({ approve: String(begun.headers.location) })
    const back = performance.now()
    const ended = await request(callback, { headers: { cookie } })
    await ended.body.dump()
    if (ended.statusCode !== 303) failed++
    times.push(performance.now() - start - (back - atProvider))
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
  await flood
  const { outbound, logins } = await asked<{ outbound: number; logins: number }>({})
  times.sort((a, b) => a - b)
  const percentile = (part: number): string => `${(times[Math.floor(times.length * part)] ?? 0).toFixed(1)} ms`
  console.log(
    `${String(sent)} forged callbacks in ${String(seconds)} s, answered with ${[...statuses].map(([status, count]) => `${String(status)} x ${String(count)}`).join(', ')}`,
  )
  console.log(
    `${String(times.length)} honest logins, ${String(failed)} failed; p50 ${percentile(0.5)}, p99 ${percentile(0.99)}, longest ${percentile(0.9999)}`,
  )
  console.log(`${String(outbound)} calls to the provider for ${String(logins)} codes: ${String(outbound - 2 * logins)} beyond two a login`)
  child.disconnect()
  child.kill()
}
