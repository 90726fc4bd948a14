// What the API client costs: CPU of `client.get` over the platform's `fetch` with `response.json()` of the same call, and over bare
// `undici.request`, in one process, in turn. The server is a process of its own, so that its CPU is not counted. Run it by `npx tsx`.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const body = JSON.stringify(Array.from({ length: 30 }, (_item, id) => ({ id, name: `repository ${id}`, private: false, stars: id * 7 })))

if (process.argv[2] === 'serve') serve()
else await measure(Number(process.argv[2] ?? 15), Number(process.argv[3] ?? 1_000))

function serve() {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body)
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
}

async function measure(rounds, calls) {
  const server = fork(fileURLToPath(import.meta.url), ['serve'])
  try {
    const port = await new Promise((resolve) => {
      server.once('message', resolve)
    })
    const base = `http://127.0.0.1:${port}/v1/`
    const ways = await waysTo(base)
    const used = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
    for (const way of Object.values(ways)) await repeat(way, calls)
    for (let round = 0; round < rounds; round++) {
      // In turn, and each way is the first one as often as any other.
      const order = Object.keys(ways).map((_name, index, names) => names[(index + round) % names.length])
      for (const name of order) used[name].push(await repeat(ways[name], calls))
    }
    for (const [name, values] of Object.entries(used))
      console.log(`${name.padEnd(18)} ${(median(values) / calls).toFixed(1)} µs of CPU a call`)
    for (const other of ['fetch', 'undici.request']) {
      const ratios = used['client.get'].map((value, round) => value / used[other][round])
      console.log(`client.get over ${other}: ${median(ratios).toFixed(3)} (median of ${rounds} rounds of ${calls} calls)`)
    }
  } finally {
    server.kill()
  }
}

async function waysTo(base) {
  const { createApiClient } = await import('../lib/client/apiClient.ts')
  const { createHttp } = await import('../lib/http/http.ts')
  const { createRefresher } = await import('../lib/refresh/refresher.ts')
  const { Agent, request } = await import('undici')
  const outbound = { timeout: 5_000, maxBytes: 1024 * 1024 }
  const tokens = { accessToken: 'the access token', tokenType: 'Bearer', expiresAt: Math.floor(Date.now() / 1000) + 3_600 }
  const client = createApiClient(
    {
      slug: 'bench',
      redirectUri: 'https://app.example/cb',
      client: { clientId: 'the-client' },
      outbound,
      ...createHttp(outbound),
      now: () => Date.now(),
      refresher: createRefresher(() => Date.now()),
      provider: { protocol: 'oauth2', title: 'Bench', scope: [], tokenEndpoint: `${base}token`, apiBaseUrl: base },
    },
    { read: () => tokens, write: () => undefined },
  )
  const headers = { authorization: `Bearer ${tokens.accessToken}`, accept: 'application/json' }
  const dispatcher = new Agent()
  return {
    'client.get': async () => (await client.get('repositories')).data,
    fetch: async () => (await fetch(`${base}repositories`, { headers })).json(),
    'undici.request': async () => (await request(`${base}repositories`, { headers, dispatcher })).body.json(),
  }
}

/** Microseconds of CPU for so many calls, ten at a time. */
async function repeat(way, calls) {
  const before = process.cpuUsage()
  for (let done = 0; done < calls; done += 10) await Promise.all(Array.from({ length: 10 }, way))
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
