// The refresh storm: one user, whose access token has expired, and a hundred calls of their browser at once, over four processes; the
// provider takes a refresh token that comes twice for theft. Writes docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Agent } from 'undici'
import { createBrowser, start } from './browser.mjs'
import { forked } from './processes.mjs'
import { approve } from './provider.mjs'
import { titles, writePart } from './report.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, only: { type: 'string' }, print: { type: 'boolean', default: false } },
})
const rounds = Number(options.rounds)
const processes = 4
const calls = 100

const everyone = ['authrouter', 'betterAuth', 'authExpress', 'expressOpenidConnect'].filter(
  (name) => !options.only || name === options.only,
)
const rows = []
for (const name of everyone) rows.push(await storm(name))
if (!options.print)
  writePart(
    'storm',
    `## The refresh storm

A user's access token has expired, and ${calls} calls come at once, spread over ${processes} processes. The provider rotates refresh tokens and revokes the login when an
old one comes back. ${rounds} rounds each; a login that was revoked is made anew before the next round. Where several processes share a database, it is
SQLite; the others keep tokens in a cookie. passport and grant refresh nothing.

| | refreshes a round | logins revoked | calls answered |
|---|---|---|---|
${rows.join('\n')}
`,
  )

async function storm(name) {
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-storm-'))
  const provider = forked('storm/provider.mjs', [])
  const { issuer, lifetime } = await provider.next()
  const apps = []
  const dispatcher = new Agent({ connections: calls, keepAliveTimeout: 60_000 })
  try {
    for (let index = 0; index < processes; index++) {
      const child = forked('storm/serve.mjs', [name, folder, index === 0 ? 'first' : 'later', issuer])
      apps.push({ child, ...(await child.next()) })
    }
    let answered = 0
    let browsers = await signIn(name, apps, issuer, dispatcher)
    const before = await provider.ask('figures')
    for (let round = 0; round < rounds; round++) {
      const { revoked } = await provider.ask('figures')
      await sleep((lifetime + 0.2) * 1000)
      const results = await Promise.allSettled(Array.from({ length: calls }, (_call, index) => browsers[index % processes].visit('/repos')))
      answered += results.filter(({ status }) => status === 'fulfilled').length
      // Of a browser, the cookies are one.
      for (const browser of browsers)
        for (const [key, value] of browser.cookies) for (const other of browsers) other.cookies.set(key, value)
      if ((await provider.ask('figures')).revoked > revoked) browsers = await signIn(name, apps, issuer, dispatcher)
    }
    const after = await provider.ask('figures')
    const row = `| ${titles[name] ?? name} | ${((after.refreshes - before.refreshes) / rounds).toFixed(1)} | ${after.revoked - before.revoked} | ${answered} of ${rounds * calls} |`
    console.log(row)
    return row
  } finally {
    provider.end()
    for (const { child } of apps) child.end()
    await dispatcher.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Signs in at the first process. @returns a browser for each process, with the same cookies */
async function signIn(name, [first, ...others], issuer, dispatcher) {
  const browser = Object.assign(createBrowser(first.origin, dispatcher), { origin: first.origin })
  let path = approve(issuer, await start(name, name === 'betterAuth' ? 'oauth' : 'openid', browser))
  while (path && path !== '/' && !/^https?:/.test(path)) path = (await browser.visit(path)).location
  const copies = others.map(({ origin }) => {
    const copy = Object.assign(createBrowser(origin, dispatcher), { origin })
    for (const [key, value] of browser.cookies) copy.cookies.set(key, value)
    return copy
  })
  return [browser, ...copies]
}
