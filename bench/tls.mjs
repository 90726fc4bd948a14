// Logins at a provider that is reached by TLS, 20 ms away: connections that are opened, and how long the callback takes. Writes docs/benchmarks.md.
//
//   node bench/tls.mjs [--rounds 12] [--print]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { start } from './browser.mjs'
import { forked, newBrowser, startServer, stopServers } from './processes.mjs'
import { approve } from './provider.mjs'
import { median, quantile, titles, writePart } from './report.mjs'
import { inTurn, measure } from './work.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, print: { type: 'boolean', default: false } },
})
const rounds = Number(options.rounds)
const logins = 80
const concurrency = 8

const folder = mkdtempSync(join(tmpdir(), 'authrouter-bench-'))
const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name))
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
const named = ['-subj', '/CN=bench', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
execFileSync('openssl', ['req', '-x509', ...curve, ...named], { stdio: 'ignore' })

const provider = forked('farProvider.mjs', [folder])
const { issuer } = await provider.next()
const servers = []
try {
  for (const name of ['floor', 'passport', 'grant', 'authrouter session', 'authrouter cookie'])
    servers.push(await startServer(name, issuer, concurrency, { NODE_EXTRA_CA_CERTS: cert }))
  const measured = await inTurn(servers, rounds, oneRound)
  const rows = servers.map(({ name }, index) => {
    const of = (name) => measured[index].map((round) => round[name])
    const times = of('times').flat()
    const opened = of('opened').reduce((sum, count) => sum + count, 0)
    const cells = [
      titles[name],
      Math.round((opened / (rounds * logins)) * 1000),
      ...[0.5, 0.99].map((part) => quantile(times, part).toFixed(1)),
      Math.round(median(of('cpu'))),
    ]
    return `| ${cells.join(' | ')} |`
  })
  console.log(rows.join('\n'))
  if (!options.print) writePart('tls', page(rows))
} finally {
  provider.end()
  await stopServers(servers)
  rmSync(folder, { recursive: true })
}

async function oneRound(server) {
  const times = []
  const before = await provider.ask('figures')
  const { cpu } = await measure(server, logins, async () => times.push(await callbackTime(server)), concurrency)
  const after = await provider.ask('figures')
  return { cpu, times, opened: after.connections - before.connections }
}

/** Milliseconds from the callback's request to its answer. */
async function callbackTime(server) {
  const browser = newBrowser(server)
  const callback = approve(issuer, await start(server.name, 'oauth', browser))
  const began = performance.now()
  await browser.visit(callback)
  return performance.now() - began
}

function page(rows) {
  return `## A provider that is far away

OAuth 2.0 logins at a provider that is reached by TLS, 20 ms away and back (a proxy holds back what is sent): ${concurrency} at a time, ${logins} a round, ${rounds} rounds in
turn, after two that do not count. A callback makes two calls, one after the other, so that 40 ms is the least it can take.

| | connections opened for 1,000 logins | callback p50 ms | p99 ms | CPU µs |
|---|---|---|---|---|
${rows.join('\n')}
`
}
