import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { endSessionAddress } from '../../lib/logout.js'
import type { Context, ResolvedProvider } from '../../lib/types.js'
import { contextFor } from '../support/context.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** Where a browser is sent to sign out at a provider (OpenID Connect RP-Initiated Logout 1.0 section 2). */

let server: SmallServer
let address: unknown
beforeAll(async () => {
  server = await startServer((_request, res) => {
    const at = (path: string): string => `${server.origin}/${path}`
    sendJson(res, {
      issuer: server.origin,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      jwks_uri: at('keys'),
      end_session_endpoint: address,
    })
  })
})
afterAll(async () => {
  await server.close()
})

const asked = { postLogoutRedirectUri: 'https://app.example/auth/logout/callback', state: 's' }
const always = 'client_id=the-client&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fauth%2Flogout%2Fcallback&state=s'

function at(provider: Partial<ResolvedProvider>): Context {
  return contextFor({ provider: { protocol: 'oidc', issuer: server.origin, ...provider } })
}

describe('The address of the discovery document', () => {
  test.each([
    ['https://id.example/logout', `https://id.example/logout?${always}`],
    ['https://id.example/logout?tenant=1', `https://id.example/logout?tenant=1&${always}`],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['http://id.example/logout', undefined],
    ['https://user:secret@id.example/logout', undefined],
    ['https://192.168.0.7/logout', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('%s', async (named, expected) => {
    address = named
    expect(await endSessionAddress(at({}), asked)).toBe(expected)
  })
})

test('an address of the entry goes before, and nobody is asked', async () => {
  const before = server.received.length
  expect(await endSessionAddress(at({ endSessionEndpoint: 'https://id.example/out' }), asked)).toBe(`https://id.example/out?${always}`)
  expect(server.received.length).toBe(before)
})

test.each(['oauth2', 'oauth1'] as const)('%s has none', async (protocol) => {
  expect(await endSessionAddress(at({ protocol }), asked)).toBeUndefined()
})

test.each([
  ['signed', 'a.b.c', 'a.b.c'],
  ['encrypted for us', 'a.b.c.d.e', null],
  ['too long for an address', `a.${'b'.repeat(4000)}.c`, null],
  ['none', undefined, null],
])('an ID Token that is %s', async (_how, idToken, expected) => {
  const location = await endSessionAddress(at({ endSessionEndpoint: 'https://id.example/out' }), { ...asked, idToken })
  expect(new URL(location ?? '').searchParams.get('id_token_hint')).toBe(expected)
})
