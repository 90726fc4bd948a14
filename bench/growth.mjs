// Whether cost grows with what there is: providers, logins under way, sessions in Redis. Writes docs/benchmarks.md.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createClient } from 'redis'
import { start } from './browser.mjs'
import { forked, newBrowser, signIn, startServer, stopServers } from './processes.mjs'
import { median, writePart } from './report.mjs'
import { inTurn, measure, signedInVisitors, visitHome } from './work.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    sessions: { type: 'string', default: '1000000' },
    print: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const manySessions = Number(options.sessions)
const manyLogins = 10_000
const counts = { request: 1000, login: 150 }

const provider = forked('provider.mjs', ['serve'])
const { issuer } = await provider.next()
const redis = await startRedis()
const rows = []
try {
  rows.push(await growth('providers configured: 2, 1,000', await pair('authrouter cookie', 'authrouter cookie 1000')))

  const logins = await pair('authrouter session', 'authrouter session')
  await startLogins(logins[1])
  rows.push(await growth('logins under way: 0, 10,000 (express-session in memory)', logins))

  const few = await startServer('authrouter redis', issuer, 8, { BENCH_REDIS_URL: redis.url(0) })
  const many = await startServer('authrouter redis', issuer, 8, { BENCH_REDIS_URL: redis.url(1) })
  const taken = await fill(redis.url(1))
  rows.push(await growth(`sessions in Redis: 50, ${taken.toLocaleString('en')}`, [few, many]))
} finally {
  provider.end()
  await redis.stop()
}
if (!options.print)
  writePart(
    'growth',
    `## Growth

CPU of a request of somebody who is signed in, and of a whole login by OAuth 2.0, with much of something beside the same with little of it: median of
${rounds} rounds in turn, in µs.

| | a request | a login |
|---|---|---|
${rows.join('\n')}
`,
  )

async function pair(...names) {
  return await Promise.all(names.map((name) => startServer(name, issuer, 8)))
}

async function growth(title, servers) {
  const cells = []
  for (const [work, count] of Object.entries(counts)) {
    for (const server of servers) server.visitors = work === 'request' ? await signedInVisitors(server) : []
    const run = work === 'request' ? visitHome : (server) => signIn(server, 'oauth')
    const used = await inTurn(servers, rounds, async (server) => (await measure(server, count, run)).cpu)
    const [little, much] = used.map(median)
    cells.push(
      `${little.toFixed(0)} → ${much.toFixed(0)} (times ${median(used[1].map((value, index) => value / used[0][index])).toFixed(2)})`,
    )
  }
  await stopServers(servers)
  const row = `| ${title} | ${cells.join(' | ')} |`
  console.log(row)
  return row
}

async function startLogins(server) {
  let left = manyLogins
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await start(server.name, 'oauth', newBrowser(server))
    }),
  )
}

/** Sessions as connect-redis writes them, about as large as one of ours. */
async function fill(url) {
  const client = createClient({ url })
  await client.connect()
  const value = JSON.stringify({ cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, authrouter: 'x'.repeat(1200) })
  for (let from = 0; from < manySessions; from += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_session, index) => client.set(`sess:filler-${from + index}`, value)))
  }
  const size = await client.dbSize()
  await client.close()
  return size
}

async function startRedis() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-redis-'))
  execFileSync('redis-server', ['--version'])
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    {
      stdio: 'ignore',
    },
  )
  await sleep(500)
  return {
    url: (database) => `redis://127.0.0.1:${port}/${database}`,
    async stop() {
      server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
