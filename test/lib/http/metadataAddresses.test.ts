import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { discover } from '../../../lib/endpoints/discovery/discovery.js'
import { revokeTokens } from '../../../lib/endpoints/revocation.js'
import { withUsableAddresses } from '../../../lib/http/metadataAddresses.js'
import { login } from '../../../lib/login.js'
import type { ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../support/unitOpenid.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

const keys = await generateKeyPair('RS256', { extractable: true })
const path = '/.well-known/openid-configuration'

let fake: FakeOpenid
let sink: SmallServer
beforeEach(async () => {
  fake = await startFakeOpenid(keys)
  sink = await startServer((_request, res) => {
    sendJson(res, {})
  })
})
afterEach(() => Promise.all([fake.close(), sink.close()]))

const bad = [
  'javascript:alert(1)',
  'data:text/html,x',
  'http://id.example/a',
  'https://ada:pw@id.example/a',
  'https://@id.example/a',
  'https://id.example/a#b',
  'https://id.example\\@evil.example/',
  'java\nscript:alert(1)',
  ' https://id.example/a',
  '/authorize',
  '//id.example/a',
  'https://',
  'ftp://id.example/',
  'http://169.254.169.254/latest',
  'https://10.0.0.1/a',
  42,
  null,
  {},
  ['https://id.example/a'],
  '',
]

describe.each<[string, (issuer: string) => Partial<ResolvedProvider>]>([
  ['found by openid-client', () => ({})],
  ['found where the entry says', (issuer) => ({ discoveryEndpoint: `${issuer}${path}` })],
])('In a document %s', (_way, entry) => {
  test.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri'])('a %s that may not be used starts no login', async (name) => {
    for (const address of bad) {
      fake.metadata[name] = address
      await expect(login(contextAt(fake, entry(fake.issuer)))).rejects.toMatchObject({
        code: 'discovery_failed',
        provider: 'invented',
        reason: name,
      })
    }
    expect(fake.server.received.every(({ url }) => url === path)).toBe(true)
  })

  test.each([
    'userinfo_endpoint',
    'revocation_endpoint',
    'introspection_endpoint',
    'end_session_endpoint',
    'pushed_authorization_request_endpoint',
  ] as const)('a %s that may not be used is none', async (name) => {
    for (const address of bad) {
      fake.metadata[name] = address
      fake.metadata['mtls_endpoint_aliases'] = { [name]: address, token_endpoint: 'https://mtls.example/token' }
      const metadata = (await discover(contextAt(fake, entry(fake.issuer)))).serverMetadata()
      expect(metadata[name]).toBeUndefined()
      expect(metadata.mtls_endpoint_aliases).toEqual({ token_endpoint: 'https://mtls.example/token' })
    }
  })

  test('a login goes on without a userinfo endpoint that may not be used, and revokes nothing', async () => {
    Object.assign(fake.metadata, {
      userinfo_endpoint: `http://id.example:${new URL(sink.origin).port}/`,
      revocation_endpoint: 'javascript:alert(1)',
    })
    const context = contextAt(fake, entry(fake.issuer))
    const started = await startAt(fake, context)
    fake.claims['name'] = 'Of the token'
    const { user, tokens } = await finish(started)
    expect(user.name).toBe('Of the token')
    await revokeTokens(context, tokens)
    expect([fake.calls('/userinfo'), sink.received]).toEqual([0, []])
  })

  test('an authorization endpoint that may not be used is none where the entry has its own', async () => {
    fake.metadata['authorization_endpoint'] = 'javascript:alert(1)'
    expect((await login(contextAt(fake, { ...entry(fake.issuer), authorizationEndpoint: 'https://own.example/a' }))).location).toMatch(
      /^https:\/\/own\.example\/a\?/,
    )
  })
})

describe('An address that the document names', () => {
  const named = (issuer: string, address: string, privateHosts: string[] = []): unknown =>
    withUsableAddresses(
      { userinfo_endpoint: address },
      { ...contextFor({ outbound: { privateHosts } }), provider: { protocol: 'oidc', title: 'A', scope: [], issuer } },
    )['userinfo_endpoint']

  test.each([
    ['https://id.example', 'https://127.0.0.1/a'],
    ['https://id.example', 'https://localhost/a'],
    ['https://id.example', 'https://localhost./a'],
    ['https://id.example', 'https://[::1]/a'],
    ['https://id.example', 'https://0x7f.1/a'],
    ['https://id.example', 'https://192.168.1.1/a'],
    ['https://id.example', 'https://[fd00::1]/a'],
    ['https://id.example', 'https://169.254.169.254/a'],
    ['https://id.example', 'http://localhost/a'],
    ['https://localhost:8443', 'http://localhost/a'],
    ['http://localhost:1', 'https://10.0.0.1/a'],
    ['http://localhost:1', 'http://id.example/a'],
    ['https://10.0.0.1', 'https://localhost/a'],
  ])('below the issuer %s is not %s', (issuer, address) => {
    expect(named(issuer, address)).toBeUndefined()
  })

  test.each([
    ['https://id.example', 'https://api.other.example/a?b=c'],
    ['https://id.example', 'https://8.8.8.8/a'],
    ['http://localhost:1', 'http://127.0.0.1:2/a'],
    ['http://127.0.0.1:1', 'https://id.example/a'],
    ['https://localhost:8443', 'https://127.0.0.1/a'],
    ['https://10.0.0.1', 'https://10.0.0.2/a'],
    ['https://id.example', 'https://10.0.0.1/a', '10.0.0.1'],
    ['https://id.example', 'https://[fd00::1]/a', 'fd00:0::1'],
    ['https://id.example', 'https://localhost/a', 'localhost'],
  ])('below the issuer %s may be %s', (issuer, address, ...open) => {
    expect(named(issuer, address, open)).toBe(address)
  })
})
