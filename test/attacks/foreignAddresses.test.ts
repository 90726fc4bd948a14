import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { once as happened } from 'node:events'
import { createServer as createPlainServer, type Server as PlainServer } from 'node:net'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAuthority, type Authority } from '../support/certificates.js'
import type { Attack } from './attack.js'
import { attacked, once } from './modes.js'

/** Case 292: addresses that a discovery document or a tenant names (rule R14), the same wherever sessions are kept. */

const authority: Authority = createAuthority()
attacked({ env: { NODE_EXTRA_CA_CERTS: authority.file } })

/** A provider that is reached by https, whose document the test writes; and a port that nobody may ever connect to. */
let issuer = ''
let document: Record<string, unknown> = {}
let trap = ''
let connections = 0
let servers: { close: () => unknown }[] = []

beforeAll(async () => {
  const server = createServer(authority.issue('127.0.0.1'), (_req, res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(document))
  })
  const trapServer: PlainServer = createPlainServer((socket) => {
    connections++
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  trapServer.listen(0, '127.0.0.1')
  await Promise.all([happened(server, 'listening'), happened(trapServer, 'listening')])
  issuer = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  trap = `127.0.0.1:${String((trapServer.address() as AddressInfo).port)}`
  servers = [server, trapServer]
})
afterAll(() => {
  for (const server of servers) server.close()
  authority.remove()
})
beforeEach(() => {
  connections = 0
  document = honestDocument()
})

function honestDocument(): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

const entry = (): Record<string, unknown> => ({
  protocol: 'oidc',
  title: 'Corp',
  issuer,
  clientId: 'c',
  clientSecret: 'canary-client-secret',
  apiBaseUrl: `${issuer}/api/`,
})

/** A login that must not begin: no address to go to, one of the two codes, no connection where none may be. */
async function isRefused(attack: Attack, slug = 'corp'): Promise<void> {
  const visitor = attack.visitor()
  const { status, body, location } = await visitor.go(`/auth/${slug}`)
  expect([status, location, body]).toMatchObject([
    expect.any(Number),
    undefined,
    expect.stringMatching(/"error":"(?:discovery_failed|config_invalid)"/),
  ])
  expect(body).not.toContain('"location"')
  expect(connections).toBe(0)
}

const bad = (): Record<string, unknown> => ({
  'a script': 'javascript:alert(document.domain)',
  'a script in other letters': 'JaVaScRiPt:alert(1)//https://id.example',
  'a script behind a blank': ' javascript:alert(1)',
  'a document of its own': 'data:text/html,<script>alert(1)</script>',
  'plain http': 'http://id.example/authorize',
  'plain http on this machine': `http://${trap}/authorize`,
  'another scheme': 'ftp://id.example/authorize',
  'a blob': `blob:${issuer}/x`,
  credentials: issuer.replace('https://', 'https://user:secret@'),
  'no scheme': '/authorize',
  nothing: '',
  'no text': ['https://id.example/authorize'],
})

for (const name of Object.keys(bad())) {
  once(`An authorization endpoint with ${name} sends nobody anywhere`, async (attack) => {
    await attack.run({ providers: { corp: entry() } })
    document['authorization_endpoint'] = bad()[name]
    await isRefused(attack)
  })

  // A sign-in that ends at an unsafe address must not begin either: what the person gave would be lost.
  once(`A token endpoint with ${name} lets no login begin`, async (attack) => {
    await attack.run({ providers: { corp: entry() } })
    document['token_endpoint'] = bad()[name]
    await isRefused(attack)
  })
}

once(
  'Control: the honest document sends people to its authorization endpoint, and optional endpoints that cannot be used count as absent',
  async (attack) => {
    await attack.run({ providers: { corp: entry() } })
    for (const optional of [
      'end_session_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
      'pushed_authorization_request_endpoint',
      'check_session_iframe',
      'registration_endpoint',
    ]) {
      document[optional] = 'javascript:alert(1)'
    }
    const { status, body } = await attack.visitor().go('/auth/corp')
    expect([status, body]).toMatchObject([200, expect.stringContaining(`${issuer}/authorize`)])
  },
)

once('An unsafe revocation endpoint gets no token at a sign-out', async (attack) => {
  attack.honest.metadata['revocation_endpoint'] = `http://app.example@${trap}/revoke`
  await attack.run()
  const visitor = attack.visitor()
  await attack.signIn(visitor, 'ada', 'corp')
  await attack.signOut(visitor)
  await attack.tellAll({ do: 'settle' })
  expect(connections).toBe(0)
})

once('A discovery document that is a redirect to another host is not fetched there', async (attack) => {
  attack.honest.script = ({ path }, res) => {
    if (path !== '/.well-known/openid-configuration') return undefined
    res.writeHead(302, { location: `http://${trap}/.well-known/openid-configuration` }).end()
    return 'sent'
  }
  await attack.run()
  const { status, location } = await attack.visitor().go('/auth/corp')
  expect([status >= 400, location, connections]).toEqual([true, undefined, 0])
})
