import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { once as happened } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { attacked, once } from './modes.js'

/** Case 292 in production: a tenant, whose entry a lookup gives, names addresses of this machine or of the network behind it (rule R14). */

attacked({ env: { NODE_ENV: 'production' } })

let trap: Server
let port = ''
let connections = 0

beforeAll(async () => {
  trap = createServer((socket) => {
    connections++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await happened(trap, 'listening')
  port = String((trap.address() as AddressInfo).port)
})
afterAll(() => {
  trap.close()
})
beforeEach(() => {
  connections = 0
})

/**
 * Ways to write this machine's own address down. Those of networks behind it are for the tests of the filter itself: here a mistake would
 * talk to them.
 */
const hosts = [
  ...(
    '127.0.0.1 localhost LOCALHOST localhost. [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] '
    + '[0:0:0:0:0:0:0:1] 0.0.0.0 [::] 0 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1 127.0.0.1. '
    + '127.255.255.254 127.0.0.2 1%32%37.0.0.1 127。0。0。1'
  ).split(' '),
  '１２７.0.0.1',
]

const client = { clientId: 'c', clientSecret: 'canary-client-secret' }

for (const scheme of ['https', 'http']) {
  once(`No issuer of a tenant at ${scheme} is asked for on this machine or behind it, however it is written`, async (attack) => {
    const entries = Object.fromEntries(
      hosts.map((host, index) => [`t${String(index)}`, { protocol: 'oidc', issuer: `${scheme}://${host}:${port}`, ...client }]),
    )
    await attack.run({ providers: { by: 'slug', entries: { '*': entries } } })
    const visitor = attack.visitor()
    const answers = await Promise.all(
      hosts.map(async (host, index) => {
        const { status, body, location } = await visitor.go(`/auth/t${String(index)}`)
        return { host, isRefused: status >= 400 && location === undefined && !body.includes('"location"') }
      }),
    )
    expect(answers.filter(({ isRefused }) => !isRefused)).toEqual([])
    expect(connections).toBe(0)
  })
}

once("No endpoint of a tenant's plain OAuth 2.0 is called on this machine or behind it", async (attack) => {
  const entryAt = (host: string): Record<string, unknown> => ({
    protocol: 'oauth2',
    title: 'Tenant',
    authorizationEndpoint: 'https://id.tenant.example/authorize',
    tokenEndpoint: `https://${host}:${port}/token`,
    userinfoEndpoint: `https://${host}:${port}/me`,
    apiBaseUrl: 'https://id.tenant.example/api/',
    profile: { id: 'sub' },
    ...client,
  })
  const some = hosts
  await attack.run({
    providers: { by: 'slug', entries: { '*': Object.fromEntries(some.map((host, index) => [`t${String(index)}`, entryAt(host)])) } },
  })
  for (const [index] of some.entries()) {
    const visitor = attack.visitor()
    const start = await visitor.go(`/auth/t${String(index)}`)
    // Either the entry is refused as a whole, or the call is.
    if (start.status === 200) {
      const { status } = await visitor.go(attack.hostile.approve(start.json<{ location: string }>().location, 'ada'))
      expect(status).toBeGreaterThanOrEqual(400)
    }
  }
  expect(connections).toBe(0)
})

once('Loopback http of a tenant is a mistake in production', async (attack) => {
  await attack.run({ providers: { by: 'slug', entries: { '*': { plain: attack.honest.oauth2(), corp: attack.honest.oidc() } } } })
  for (const slug of ['plain', 'corp']) {
    const { status, body } = await attack.visitor().go(`/auth/${slug}`)
    expect([slug, status >= 400, body]).toEqual([slug, true, expect.stringMatching(/"error":"(?:discovery_failed|config_invalid)"/)])
  }
  expect(attack.honest.received).toEqual([])
})
