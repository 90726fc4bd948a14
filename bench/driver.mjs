// The work of run.mjs under a load of others: the requests are made, and their connections kept, by autocannon, in place of undici and our
// own loop. Every answer is checked, and a wrong one ends the run.
//
//   node bench/driver.mjs [--rounds 8] [--small] [--only authrouter] [--write]
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { cookieHeaders, keepCookies, pathAt, startPath } from './browser.mjs'
import { forked, protocolOf, startServer, stopServers } from './processes.mjs'
import { approve, browserHeaders } from './provider.mjs'
import { spread, titles, writePart } from './report.mjs'
import { inTurn, kinds } from './work.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    small: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const connections = 8
const scale = options.small ? 0.1 : 1

const everyone = ['floor', 'passport', 'expressOpenidConnect', 'authrouter session', 'authrouter cookie'].filter(
  (name) => options.only === undefined || name === 'floor' || name === 'expressOpenidConnect' || name.startsWith(options.only),
)
const works = {
  anonymous: { by: everyone, run: askHome },
  signedIn: { by: everyone, prepare: (server) => signIn(server, wholeLogins(50), protocolOf(server.name)), run: askHome },
  start: { by: everyone, run: (server, count) => startLogins(server, count, protocolOf(server.name)) },
  oauth: {
    by: everyone.filter((name) => name !== 'expressOpenidConnect'),
    run: (server, count) => signIn(server, count, 'oauth'),
    check: askHome,
  },
  openid: {
    by: everyone.filter((name) => /^(?:expressOpenidConnect|authrouter)/.test(name)),
    run: (server, count) => signIn(server, count, 'openid'),
    check: askHome,
  },
}

const began = performance.now()
const provider = forked('provider.mjs', ['serve'])
const { issuer } = await provider.next()
const servers = []
const sections = []
try {
  for (const name of everyone) servers.push(await startServer(name, issuer, connections))
  for (const [work, { by, prepare, run, check }] of Object.entries(works)) {
    const taking = servers.filter(({ name }) => by.includes(name))
    for (const server of taking) server.visitors = (await prepare?.(server)) ?? []
    const count = wholeLogins(kinds[work].count * scale)
    sections.push(section(work, count, taking, await inTurn(taking, rounds, (server) => cpuOf(server, count, run, check))))
    console.log(sections.at(-1))
  }
} finally {
  provider.end()
  await stopServers(servers)
}
console.log(`${Math.round((performance.now() - began) / 1000)} s`)
if (options.write) writePart('driver', page())

/** Each connection does as many as the others. */
function wholeLogins(count) {
  return connections * Math.ceil(count / connections)
}

/** CPU a piece of work in microseconds. The visits that check who is signed in after a login are not counted. */
async function cpuOf(server, count, run, check) {
  const before = await server.child.ask('cpu')
  const visitors = await run(server, count)
  const after = await server.child.ask('cpu')
  await check?.({ ...server, visitors }, count)
  return (after.cpu - before.cpu) / count
}

/** Requests of each of the server's visitors in turn, of a stranger where it has none. */
async function askHome(server, count) {
  const { visitors } = server
  const expected = visitors.length > 0 ? 'Hello Ada Lovelace' : 'Hello stranger'
  let next = 0
  let right = 0
  const answers = await load(server, count, [
    {
      ...(visitors.length > 0 ? { setupRequest: (request) => withCookies(request, '/', visitors[next++ % visitors.length]) } : {}),
      onResponse(status, body) {
        if (body === expected) right++
      },
    },
  ])
  expectAll(server, `answers "${expected}"`, right, count, answers)
}

async function startLogins(server, count, protocol) {
  let started = 0
  const path = startPath(server.name, protocol)
  const onResponse = (status, body, context, headers) => {
    if (follow(server, context, headers)?.startsWith(issuer)) started++
  }
  const answers = await load(server, count, [{ path, onResponse }])
  expectAll(server, 'logins started', started, count, answers)
}

/**
 * Whole logins, each by a browser of its own: autocannon gives each series of requests a context of its own.
 * @returns the browsers' cookies
 */
async function signIn(server, count, protocol) {
  const visitors = []
  const start = {
    path: startPath(server.name, protocol),
    onResponse(status, body, context, headers) {
      context.location = follow(server, context, headers)
    },
  }
  const callback = {
    setupRequest: (request, { location, cookies }) =>
      location?.startsWith(issuer) ? withCookies(request, approve(issuer, location), cookies) : undefined,
    onResponse(status, body, context, headers) {
      if (follow(server, context, headers) === '/') visitors.push(context.cookies)
    },
  }
  const answers = await load(server, count, [start, callback])
  expectAll(server, 'logins ended at the page of the application', visitors.length, count, answers)
  return visitors
}

function withCookies(request, path, cookies) {
  return { ...request, path, headers: { ...request.headers, ...cookieHeaders(cookies) } }
}

/** Keeps an answer's cookies, and says where it redirects to. */
function follow({ origin }, context, headers) {
  const lowercase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  context.cookies ??= new Map()
  keepCookies(context.cookies, lowercase['set-cookie'])
  return pathAt(origin, lowercase.location)
}

/**
 * Sends the series of requests so often.
 * @returns how many answers had which status
 */
async function load({ name, origin }, count, requests) {
  const { errors, resets, statusCodeStats } = await autocannon({
    ...{ url: origin, connections, amount: count * requests.length, requests, headers: browserHeaders },
    // How often it looks whether it is done, in milliseconds.
    sampleInt: 20,
  })
  const answers = Object.entries(statusCodeStats).map(([status, seen]) => `${seen.count} of status ${status}`)
  if (errors + resets > 0) throw new Error(`${name}: ${errors} connections failed, ${resets} logins did not start: ${answers.join(', ')}`)
  return answers.join(', ')
}

function expectAll({ name }, what, right, count, answers) {
  if (right !== count) throw new Error(`${name}: ${right} ${what} instead of ${count}; answers: ${answers}`)
}

function section(work, count, taking, measured) {
  const baseline = taking[0].name
  const rows = taking.map(({ name }, index) => {
    const ratios = measured[index].map((cpu, round) => cpu / measured[0][round])
    return `| ${titles[name]} | ${spread(measured[index], 0)} | ${spread(ratios, 2)} |`
  })
  return `| ${kinds[work].title}, ${count} a round | CPU µs | times ${titles[baseline].split(':')[0]} |
|---|---|---|
${rows.join('\n')}
`
}

function page() {
  return `## By a load generator of others

The same applications and kinds of work once more, with requests that [autocannon](https://www.npmjs.com/package/autocannon) makes, on connections of
its own: ${connections} at a time, median of ${rounds} rounds in turn (first to third quartile). Every answer is checked, every login is a browser without cookies,
and after each round every one of them is asked who is signed in.

${sections.join('\n')}`
}
