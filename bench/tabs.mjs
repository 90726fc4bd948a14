// Ten logins at once in one browser, which ends the last one first: how many of them end signed in. Writes docs/benchmarks.md.
import { parseArgs } from 'node:util'
import { finish, start } from './browser.mjs'
import { forked, newBrowser, protocolOf, startServer, stopServers } from './processes.mjs'
import { approve } from './provider.mjs'
import { titles, writePart } from './report.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, print: { type: 'boolean', default: false } },
})
const rounds = Number(options.rounds)
const tabs = 10

const everyone = ['passport', 'grant', 'authExpress', 'betterAuth', 'expressOpenidConnect', 'authrouter session', 'authrouter cookie']
const provider = forked('provider.mjs', ['serve'])
const { issuer } = await provider.next()
const rows = []
try {
  for (const name of everyone) {
    const server = await startServer(name, issuer, tabs)
    let finished = 0
    for (let round = 0; round < rounds; round++) finished += await openTabs(server)
    rows.push(`| ${titles[name]} | ${(finished / rounds).toFixed(1)} |`)
    console.log(rows.at(-1))
    await stopServers([server])
  }
} finally {
  provider.end()
}
if (!options.print)
  writePart(
    'tabs',
    `## Tabs

${tabs} logins are started at once in one browser, and end in the opposite order. How many are redeemed and end at the application's page with the user signed in (mean of
${rounds} rounds):

| | of ${tabs} |
|---|---|
${rows.join('\n')}
`,
  )

async function openTabs(server) {
  const browser = newBrowser(server)
  const protocol = protocolOf(server.name)
  const locations = await Promise.all(Array.from({ length: tabs }, () => start(server.name, protocol, browser)))
  let finished = 0
  for (const location of locations.reverse()) {
    try {
      const before = await provider.ask('figures')
      await finish(browser, approve(issuer, location))
      const { text } = await browser.visit('/')
      // Another tab has signed in already: this one has, if its code was redeemed.
      const after = await provider.ask('figures')
      if (text === 'Hello Ada Lovelace' && after.redeemed > before.redeemed) finished++
    } catch {
      // The application answered with an error: this tab shows it.
    }
  }
  return finished
}
