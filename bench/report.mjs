// Writes docs/benchmarks.md from what was measured.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

export const titles = {
  floor: 'by hand: Express, express-session, an HTTP pool',
  passport: 'passport',
  grant: 'grant',
  authExpress: '@auth/express',
  betterAuth: 'better-auth',
  expressOpenidConnect: 'express-openid-connect',
  authrouter: 'authrouter',
  'authrouter session': 'authrouter over express-session',
  'authrouter store': 'authrouter, `session: { store }`',
  'authrouter cookie': 'authrouter, encrypted cookie',
}

export function writeReport({ results, works, rounds, heapRounds, concurrency, weight }) {
  const sections = Object.entries(works).map(([work, { title, by, count }]) => {
    const baseline = by.includes('floor') ? 'floor' : 'expressOpenidConnect'
    const rows = by.map((name) => row(name, results[work][name], results[work][baseline]))
    return `## ${title}

${count} a round, ${concurrency} at a time. "times" is the median of each round's ratio to ${titles[baseline].split(':')[0]}.

| | CPU µs | times | a second | p50 ms | p99 ms | heap bytes |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`
  })
  writeFileSync(page, `${head(rounds, heapRounds)}\n${sections.join('\n')}${weight ? `\n${weights(weight)}` : ''}${kept()}`)
}

function row(name, { rounds: figures, heap }, { rounds: baseline }) {
  const of = (key) => median(figures.map((figure) => figure[key]))
  const ratios = figures.map(({ cpu }, round) => cpu / baseline[round].cpu)
  const cells = [
    titles[name],
    spread(
      figures.map(({ cpu }) => cpu),
      0,
    ),
    spread(ratios, 2),
    of('rate').toFixed(0),
    of('p50').toFixed(2),
    of('p99').toFixed(2),
    heap.toFixed(0),
  ]
  return `| ${cells.join(' | ')} |`
}

function head(rounds, heapRounds) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8')).packages
  const versions = Object.keys(JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies)
    .filter((name) => name !== 'authrouter')
    .map((name) => `${name} ${lock[`node_modules/${name}`].version}`)
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: authrouter ${version}, ${versions.join(', ')}; Node ${process.version.slice(1)},
${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB.

Each application is a process of its own, under \`NODE_ENV=production\`, and keeps what it has: connections, compiled code, sessions. A light provider,
which keeps no state, is another process, and so is the load. CPU is that of the application's process as the operating system counts it. Rounds of
all applications follow each other in turn, after two that do not count: median of ${rounds} rounds (first to third quartile). "heap bytes" is what a
piece of work leaves on the heap: sessions in memory, where an application keeps them there. It is the median of ${heapRounds} more rounds, each between
forced collections of garbage. In the rounds for CPU nothing is forced: they have the collections that Node.js makes by itself.

The applications are in \`bench/apps\`, each as its documentation writes it, with state and PKCE; each login ends in a new session, with the user and
the tokens kept. An OAuth 2.0 login asks the userinfo endpoint, an OpenID Connect login takes the profile from the ID Token. A whole login is its start
and its callback, without the visit of the page that it leads to. What differs by default: express-openid-connect encrypts its cookie anew with each
request of somebody who is signed in, @auth/express asks for the provider's metadata at each OpenID Connect login, better-auth writes to a database
(SQLite, in memory).
`
}

function weights({ imports, installs }) {
  const times = Object.entries(imports).map(([name, values]) => `| ${name} | ${spread(values, 1)} |`)
  const sizes = Object.entries(installs).map(([name, { count, megabytes }]) => `| ${name} | ${count} | ${megabytes.toFixed(1)} |`)
  return `## Loading

CPU of \`import\` in a process that has loaded Express; of Express itself in an empty one.

| | ms |
|---|---|
${times.join('\n')}

## Installing

What \`npm install --omit=dev\` adds to a folder that has Express.

| | packages | MB |
|---|---|---|
${sizes.join('\n')}
`
}

/** Writes a part of the page, between comments that name it. */
export function writePart(name, text) {
  const part = `<!-- bench-${name} -->\n${text}<!-- bench-end -->`
  const before = readFileSync(page, 'utf8')
  const pattern = new RegExp(`^<!-- bench-${name} -->\\n.*?^<!-- bench-end -->$`, 'ms')
  writeFileSync(page, pattern.test(before) ? before.replace(pattern, () => part) : `${before}\n${part}\n`)
}

/** What other programs have written into the page stays. */
function kept() {
  let text = ''
  try {
    text = readFileSync(page, 'utf8')
  } catch {
    return ''
  }
  return (text.match(/^<!-- bench-\w+ -->\n.*?^<!-- bench-end -->$/gms) ?? []).map((part) => `\n${part}\n`).join('')
}

export function spread(values, digits) {
  const at = (part) => quantile(values, part).toFixed(digits)
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`
}

export function median(values) {
  return quantile(values, 0.5)
}

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(part * (sorted.length - 1))]
}
