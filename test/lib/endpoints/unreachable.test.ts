import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { causeMessage } from '../../../lib/base/causeMessage.js'
import type { AuthError } from '../../../lib/base/errors.js'
import { requestTokens } from '../../../lib/endpoints/token.js'
import { createHttp } from '../../../lib/http/http.js'
import { protocol as oauth1 } from '../../../lib/protocols/oauth1/oauth1.js'
import { protocol as oauth2 } from '../../../lib/protocols/oauth2/oauth2.js'
import { protocol as oidc } from '../../../lib/protocols/oidc/oidc.js'
import type { Context, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../support/unitOpenid.js'
import { startServer } from '../../support/unitServer.js'

// No name server is asked: it answers that the host is not known.
const lookup: LookupFunction = (hostname, _options, callback) => {
  callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname }), '', 0)
}
const unknown = 'https://nosuch.invalid'
const tokens: Tokens = { accessToken: 'a', tokenType: 'Bearer', refreshToken: 'r' }
const form = { grant_type: 'refresh_token', refresh_token: 'canary-refresh' }

let fake: FakeOpenid
let closed: string
beforeAll(async () => {
  fake = await startFakeOpenid(await generateKeyPair('RS256', { extractable: true }))
  const server = await startServer((_request, res) => {
    res.end()
  })
  closed = server.origin
  await server.close()
})
afterAll(() => fake.close())

type Parts = NonNullable<Parameters<typeof contextFor>[0]>
const limits = { timeout: 20_000, maxBytes: 1_000 }
const agent = new Agent({ lookup })
const unknowing = (parts: Parts = {}): Context =>
  contextFor({ ...parts, outbound: { ...limits, agent }, ...createHttp(limits, { publicOnly: true, lookup }) })
const old = (origin: string): Parts => ({
  provider: { protocol: 'oauth1', requestTokenEndpoint: `${origin}/r`, accessTokenEndpoint: `${origin}/a` },
})

async function login(metadata: object): Promise<unknown> {
  const { metadata: whole } = fake
  fake.metadata = { ...whole, ...metadata }
  try {
    return await finish(await startAt(fake))
  } finally {
    fake.metadata = whole
  }
}

describe.each<[string, string, [string, () => Promise<unknown>][]]>([
  [
    'A refused connection',
    'ECONNREFUSED',
    [
      ['the token endpoint, by simple-oauth2', () => requestTokens(contextFor(), form, `${closed}/token`)],
      [
        'the token endpoint, by openid-client',
        () => requestTokens(contextFor({ client: { clientId: 'public' } }), form, `${closed}/token`),
      ],
      [
        'the token endpoint, by a fetch of the application',
        () => requestTokens(contextFor({ outbound: { fetch: globalThis.fetch } }), form, `${closed}/token`),
      ],
      ['the token endpoint of OpenID Connect', () => login({ token_endpoint: `${closed}/token` })],
      ['the keys', () => login({ jwks_uri: `${closed}/keys` })],
      ['userinfo', () => login({ userinfo_endpoint: `${closed}/userinfo` })],
      ['the discovery document', () => oidc.authorize(contextAt({ ...fake, issuer: closed }), {})],
      ['the discovery document where the entry says', () => oidc.authorize(contextAt(fake, { discoveryEndpoint: `${closed}/d` }), {})],
      ['the profile', () => oauth2.userinfo(contextFor({ provider: { userinfoEndpoint: `${closed}/me` } }), { tokens, response: {} })],
      ['the request token', () => oauth1.authorize(contextFor(old(closed)), {})],
    ],
  ],
  [
    'An unknown host',
    'ENOTFOUND',
    [
      ['the token endpoint, by simple-oauth2', () => requestTokens(unknowing(), form, `${unknown.replace('https', 'http')}/token`)],
      [
        'the token endpoint, by openid-client',
        () => requestTokens(unknowing({ client: { clientId: 'public' } }), form, `${unknown}/token`),
      ],
      [
        'the discovery document',
        () => oidc.authorize({ ...unknowing(), provider: { protocol: 'oidc', title: 'A', scope: [], issuer: unknown } }, {}),
      ],
      ['the profile', () => oauth2.userinfo(unknowing({ provider: { userinfoEndpoint: `${unknown}/me` } }), { tokens, response: {} })],
      ['the request token', () => oauth1.authorize(unknowing(old(unknown)), {})],
    ],
  ],
])('%s', (_what, code, calls) => {
  test.each(calls)('says that %s could not be reached, and the log says why', async (_endpoint, call) => {
    const thrown = (await call().catch((error: unknown) => error)) as AuthError
    expect(thrown).toMatchObject({ code: 'provider_bad_response', status: 502, message: 'The provider could not be reached.' })
    expect(causeMessage(thrown)).toMatch(new RegExp(`^${code} `))
  })
})

test('A server that answers is not one that could not be reached', async () => {
  const server = await startServer((_request, res) => {
    res.writeHead(502).end()
  })
  try {
    await expect(requestTokens(contextFor(), form, `${server.origin}/token`)).rejects.toMatchObject({
      message: "The provider's token endpoint answered with an error.",
    })
  } finally {
    await server.close()
  }
})
