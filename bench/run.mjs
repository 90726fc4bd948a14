// What signing in costs, here and elsewhere: each application of apps/ in a process of its own, rounds of all of them in turn. Writes
// docs/benchmarks.md.
//
//   node bench/run.mjs [--rounds 24] [--small] [--only authrouter]
import { parseArgs } from 'node:util'
import { start } from './browser.mjs'
import { forked, newBrowser, protocolOf, signIn, startServer, stopServers } from './processes.mjs'
import { inTurn, kinds, leftOnHeap, measure, signedInVisitors, visitHome } from './work.mjs'
import { importTimes, installs } from './weight.mjs'
import { median, writeReport } from './report.mjs'

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

/** Rounds for what is left on the heap. */
const heapRounds = 6
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

const oauthApplications = everyone.filter((name) => name !== 'expressOpenidConnect')
const openidApplications = everyone.filter((name) => /^(?:expressOpenidConnect|authExpress|authrouter)/.test(name))

/** The kinds of work, and who can do each. */
const works = {
  anonymous: { ...kinds.anonymous, by: everyone, prepare: () => [], run: visitHome },
  signedIn: { ...kinds.signedIn, by: everyone, prepare: signedInVisitors, run: visitHome },
  start: { ...kinds.start, by: everyone, prepare: () => [], run: startLogin },
  oauth: { ...kinds.oauth, by: oauthApplications, prepare: () => [], run: (server) => signIn(server, 'oauth') },
  openid: { ...kinds.openid, by: openidApplications, prepare: () => [], run: (server) => signIn(server, 'openid') },
}

const provider = forked('provider.mjs', ['serve'])
const { issuer } = await provider.next()
const servers = []
const results = {}
try {
  for (const name of everyone) servers.push(await startServer(name, issuer, concurrency))
  for (const [work, { by, count, prepare, run }] of Object.entries(works)) {
    const taking = servers.filter(({ name }) => by.includes(name))
    for (const server of taking) server.visitors = await prepare(server)
    const each = Math.max(20, Math.round(count * scale))
    const measured = await inTurn(taking, rounds, (server) => measure(server, each, run, concurrency))
    const left = await inTurn(taking, heapRounds, (server) => leftOnHeap(server, each, run, concurrency))
    results[work] = Object.fromEntries(taking.map(({ name }, index) => [name, { rounds: measured[index], heap: median(left[index]) }]))
    console.log(work, Object.fromEntries(by.map((name) => [name, Math.round(median(results[work][name].rounds.map(({ cpu }) => cpu)))])))
  }
} finally {
  provider.end()
  await stopServers(servers)
}
const weight = options.weight ? { imports: importTimes(options.small ? 3 : 15), installs: installs() } : undefined
if (!options.print) writeReport({ results, works, rounds, heapRounds, concurrency, weight })

async function startLogin(server) {
  const location = await start(server.name, protocolOf(server.name), newBrowser(server))
  if (!location?.startsWith(issuer)) throw new Error(`${server.name} starts a login at ${location}`)
}
