// What signing in costs, here and elsewhere: each application of apps/ in a process of its own, rounds of all of them in turn. Writes
// docs/benchmarks.md.
//
//   node bench/run.mjs [--rounds 24] [--small] [--only authrouter]
import { parseArgs } from 'node:util'
import { start } from './browser.mjs'
import { forked, newBrowser, protocolOf, signIn, startServer, stopServers } from './processes.mjs'
import { measure, signedInVisitors, visitHome } from './work.mjs'
import { importTimes, installs } from './weight.mjs'
import { writeReport } from './report.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '24' },
    small: { type: 'boolean', default: false },
    only: { type: 'string' },
    print: { type: 'boolean', default: false },
    weight: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const rounds = Number(options.rounds)
const scale = options.small ? 0.1 : 1

/** Requests that are under way at a time. */
const concurrency = 8

const everyone = [
  'floor',
  'passport',
  'grant',
  'authExpress',
  'betterAuth',
  'expressOpenidConnect',
  'authrouter session',
  'authrouter store',
  'authrouter cookie',
].filter((name) => options.only === undefined || name === 'floor' || name === 'expressOpenidConnect' || name.startsWith(options.only))

/** The kinds of work: how often each is done in a round, and who can do it. */
const works = {
  anonymous: { title: 'A request of nobody who is signed in', count: 1500, by: everyone, prepare: () => [], run: visitHome },
  signedIn: { title: 'A request of somebody who is signed in', count: 1500, by: everyone, prepare: signedInVisitors, run: visitHome },
  start: { title: 'A login starts', count: 300, by: everyone, prepare: () => [], run: startLogin },
  oauth: {
    title: 'A whole login by OAuth 2.0',
    count: 150,
    by: everyone.filter((name) => name !== 'expressOpenidConnect'),
    prepare: () => [],
    run: (server) => signIn(server, 'oauth'),
  },
  openid: {
    title: 'A whole login by OpenID Connect',
    count: 150,
    by: everyone.filter((name) => /^(?:expressOpenidConnect|authExpress|authrouter)/.test(name)),
    prepare: () => [],
    run: (server) => signIn(server, 'openid'),
  },
}

const provider = forked('provider.mjs', ['serve'])
const { issuer } = await provider.next()
const servers = []
const results = Object.fromEntries(Object.keys(works).map((work) => [work, Object.fromEntries(works[work].by.map((name) => [name, []]))]))
try {
  for (const name of everyone) servers.push(await startServer(name, issuer, concurrency))
  for (const [work, { by, count, prepare, run }] of Object.entries(works)) {
    const taking = servers.filter(({ name }) => by.includes(name))
    for (const server of taking) server.visitors = await prepare(server)
    for (let round = -2; round < rounds; round++) {
      // In turn, and each is the first one as often as any other.
      for (let index = 0; index < taking.length; index++) {
        const server = taking[(index + round + 2) % taking.length]
        const figures = await measure(server, Math.max(20, Math.round(count * scale)), run, concurrency)
        if (round >= 0) results[work][server.name].push(figures)
      }
    }
    console.log(work, Object.fromEntries(by.map((name) => [name, Math.round(median(results[work][name].map(({ cpu }) => cpu)))])))
  }
} finally {
  provider.end()
  await stopServers(servers)
}
const weight = options.weight ? { imports: importTimes(options.small ? 3 : 15), installs: installs() } : undefined
if (!options.print) writeReport({ results, works, rounds, concurrency, weight })

async function startLogin(server) {
  const location = await start(server.name, protocolOf(server.name), newBrowser(server))
  if (!location?.startsWith(issuer)) throw new Error(`${server.name} starts a login at ${location}`)
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
