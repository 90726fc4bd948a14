import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { ApiRequest, Client, Context, Provider } from '../../lib/types.js'
import { catalogue } from '../../providers/index.js'
import { addresses } from './fixtures.js'

const tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }

function authorizationParameters(provider: Provider): Record<string, string> {
  const client = { clientId: 'example-client' }
  const context = { provider: { ...provider, scope: provider.scope ?? [] }, client, redirectUri: 'https://app.example/callback' } as unknown as Context
  return authorizationRequest(context, {}, { withNonce: provider.nonce !== false }).parameters
}

describe('a request to Facebook', () => {
  const request = { method: 'GET', url: 'https://graph.facebook.com/v24.0/me?fields=id%2Cname', headers: {} }
  const sent = (client: Client): ApiRequest | undefined => catalogue.facebook.hooks?.apiRequest?.(request, tokens, client)

  test('proves that it comes from the application', () => {
    // Computed by openssl dgst -sha256 -hmac example-client-secret.
    const proof = '8113beadcaefb56f8d59cbb6942b40084d1d7e3b28b8e5d80e2a74fe7ce8af33'

    expect(sent({ clientId: 'example-client', clientSecret: 'example-client-secret' }))
      .toEqual({ ...request, url: `${request.url}&appsecret_proof=${proof}` })
  })

  test('of a client without a secret stays as it is', () => {
    expect(sent({ clientId: 'example-client' })).toEqual(request)
  })
})

test('Facebook scopes are separated by commas', () => {
  expect(authorizationParameters(catalogue.facebook)['scope']).toBe('public_profile,email')
})

test.each([
  ['github.com', 'https://api.github.com/', 'https://github.com/login/oauth'],
  ['octo.ghe.com', 'https://api.octo.ghe.com/', 'https://octo.ghe.com/login/oauth'],
  ['git.corp.example', 'https://git.corp.example/api/v3/', 'https://git.corp.example/login/oauth'],
  ['git.corp.example:8443', 'https://git.corp.example:8443/api/v3/', 'https://git.corp.example:8443/login/oauth'],
  ['notghe.com', 'https://notghe.com/api/v3/', 'https://notghe.com/login/oauth'],
])('GitHub at %s has its API at %s', (host, api, oauth) => {
  expect(addresses(catalogue.github, { host })).toEqual({
    authorizationEndpoint: `${oauth}/authorize`,
    tokenEndpoint: `${oauth}/access_token`,
    authorizationResponseIssuer: oauth,
    apiBaseUrl: api,
    userinfoEndpoint: `${api}user`,
    'extraRequests.emails': `${api}user/emails`,
  })
})

test('GitLab and Microsoft take a host and a tenant', () => {
  expect(addresses(catalogue.gitlab, { host: 'git.corp.example' })).toEqual({
    issuer: 'https://git.corp.example',
    apiBaseUrl: 'https://git.corp.example/api/v4/',
  })
  expect(addresses(catalogue.microsoft, { tenant: 'contoso.example' })).toEqual({
    issuer: 'https://login.microsoftonline.com/contoso.example/v2.0',
    apiBaseUrl: 'https://graph.microsoft.com/v1.0/',
  })
})

// Why each is asked without stands in its own file.
const withoutPkce = ['franceconnect', 'linkedin', 'slack', 'slack-v2']

test('all are asked with PKCE but those that refuse it, and LinkedIn without a nonce', () => {
  const asked = Object.entries<Provider>(catalogue).filter(([, { protocol }]) => protocol !== 'oauth1')
    .map(([slug, provider]): [string, Record<string, string>] => [slug, authorizationParameters(provider)])

  expect(asked.filter(([, parameters]) => !('code_challenge' in parameters)).map(([slug]) => slug)).toEqual(withoutPkce)
  expect(Object.fromEntries(asked)['linkedin']).not.toHaveProperty('nonce')
})

test.each([
  ['google', { access_type: 'offline', prompt: 'consent', scope: 'openid profile email' }],
  ['microsoft', { scope: 'openid profile email offline_access' }],
  ['x', { scope: 'users.read tweet.read users.email offline.access' }],
] as const)('%s is asked for a refresh token in its own way, and only when one is wanted', (slug, expected) => {
  expect(authorizationParameters({ ...catalogue[slug], offline: true })).toMatchObject(expected)
  expect(authorizationParameters(catalogue[slug])).not.toMatchObject(expected)
})
