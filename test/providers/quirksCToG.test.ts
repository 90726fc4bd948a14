import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { ApiRequest, Client, Context, LoginFacts, Provider, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'

const tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }
const client: Client = { clientId: 'example-client', clientSecret: 'example-client-secret' }
const publicClient: Client = { clientId: 'example-client' }

function facts(response: Record<string, unknown> = {}): LoginFacts {
  return { client, response, callback: {} }
}

function apiRequest({ hooks }: Provider, url: string, asked: Client): ApiRequest | undefined {
  return hooks?.apiRequest?.({ method: 'GET', url, headers: { accept: 'application/json' } }, tokens, asked)
}

function userAddress({ extraRequests }: Provider, raw: RawProfile, response?: Record<string, unknown>): string | undefined {
  const extra = extraRequests?.['user']
  return typeof extra === 'function' ? extra(raw, facts(response)) : extra
}

function authorizationParameters(provider: Provider): Record<string, string> {
  const context = { provider, client, redirectUri: 'https://app.example/callback' } as unknown as Context
  return authorizationRequest(context, {}, { withNonce: provider.protocol === 'oidc' }).parameters
}

test.each([
  ['coinbase', { data: { id: '1', email: 'ada@example.com', email_verified: true } }],
  ['dailymotion', { email_verified: true }],
  ['dingtalk', { email_verified: true }],
  ['docusign', { email_verified: true }],
  ['feishu', { email_verified: true }],
  ['figma', { email_verified: true }],
  ['forgejo', { email_verified: true }],
  ['franceconnect', { email_verified: true }],
  ['gitea', { email_verified: true }],
  ['globus', { email_verified: true }],
  ['descope', { email_verified: false }],
  ['digitalocean', { account: { uuid: '1', email: 'ada@example.com', email_verified: false } }],
  ['dropbox', { email_verified: false }],
  ['eventbrite', { emails: [{ email: 'ada@example.com', primary: true, verified: false }] }],
  ['faceit', { email_verified: false }],
  ['fusionauth', { email_verified: false }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

test.each([
  ['coinbase', { scope: 'wallet:user:read wallet:user:email offline_access' }],
  ['dropbox', { token_access_type: 'offline' }],
  ['fusionauth', { scope: 'openid email profile offline_access' }],
  ['globus', { access_type: 'offline' }],
] as const)('%s is asked for a refresh token in its own way, and only when one is wanted', (slug, expected) => {
  expect(authorizationParameters({ ...catalogue[slug], offline: true })).toMatchObject(expected)
  expect(authorizationParameters(catalogue[slug])).not.toMatchObject(expected)
})

test('Disqus scopes are separated by commas', () => {
  expect(authorizationParameters(catalogue.disqus)['scope']).toBe('read,email')
})

describe('DingTalk', () => {
  const { tokenRequest, tokenResponse } = catalogue.dingtalk.hooks ?? {}

  test('is told the code under its own names', () => {
    const form = { grant_type: 'authorization_code', code: 'the-code', redirect_uri: 'https://app.example/callback' }

    expect(tokenRequest?.(form, facts())).toEqual({ ...form, grantType: 'authorization_code', clientId: 'example-client',
      clientSecret: 'example-client-secret' })
  })

  test('is told the refresh token under its own names', () => {
    expect(tokenRequest?.({ grant_type: 'refresh_token', refresh_token: 'the-refresh-token' }, facts())).toEqual({
      grant_type: 'refresh_token', grantType: 'refresh_token', refreshToken: 'the-refresh-token', clientId: 'example-client',
      clientSecret: 'example-client-secret',
    })
  })

  test('has its token answer put into the words of OAuth', () => {
    expect(tokenResponse?.({ accessToken: 'a', refreshToken: 'r', expireIn: 7200, corpId: 'c' }))
      .toEqual({ access_token: 'a', refresh_token: 'r', expires_in: 7200, corpId: 'c' })
  })

  test('names the person by the id that is the same for all applications of a developer', () => {
    expect(changedUser('dingtalk', { openId: 'another' })).toMatchObject({ id: 'k87MwBnrUwtf0Mfazr' })
  })
})

describe('Discogs', () => {
  test('is asked for the rest of the person by user name', () => {
    expect(userAddress(catalogue.discogs, { id: 1, username: 'ada' })).toBe('https://api.discogs.com/users/ada')
  })

  test('is asked for no other address than a user\'s, whatever the name', () => {
    const address = userAddress(catalogue.discogs, { username: '../oauth?a=b' })

    expect(address).toBe('https://api.discogs.com/users/..%2Foauth%3Fa%3Db')
  })

  test('gives the person by user name when the rest is withheld', () => {
    const user = changedUser('discogs', {}, {})

    expect(user).toMatchObject({ id: '9856809', username: 'ada', name: 'ada' })
    expect(user).not.toHaveProperty('email')
  })
})

describe('a request to Disqus', () => {
  const url = 'https://disqus.com/api/3.0/users/details.json'

  test('names the application and proves it', () => {
    expect(apiRequest(catalogue.disqus, url, client)?.url).toBe(`${url}?api_key=example-client&api_secret=example-client-secret`)
  })

  test('of a client without a secret names it only, and keeps the query', () => {
    expect(apiRequest(catalogue.disqus, `${url}?user=1`, publicClient)?.url).toBe(`${url}?user=1&api_key=example-client`)
  })
})

describe('Etsy', () => {
  test('is asked for the person whose id stands before the dot of the access token', () => {
    expect(userAddress(catalogue.etsy, {}, { access_token: '97293513.O1zLuwve.and.more' }))
      .toBe('https://openapi.etsy.com/v3/application/users/97293513')
  })

  test('is asked for no other address than a user\'s, whatever the token', () => {
    expect(userAddress(catalogue.etsy, {}, { access_token: '1/../shops?x' }))
      .toBe('https://openapi.etsy.com/v3/application/users/1%2F')
  })

  test.each([
    ['with its secret', client, 'example-client:example-client-secret'],
    ['without a secret', publicClient, 'example-client'],
  ])('is told of the application %s in a header beside those that there are', (_case, asked, key) => {
    expect(apiRequest(catalogue.etsy, 'https://openapi.etsy.com/v3/application/shops', asked)?.headers)
      .toEqual({ accept: 'application/json', 'x-api-key': key })
  })
})

test('Eventbrite gives the primary address, not the first one', () => {
  const emails = [
    { email: 'old@example.com', primary: false, verified: true },
    { email: 'new@example.com', primary: true, verified: false },
  ]

  expect(changedUser('eventbrite', { emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
})

test.each(['Corporation', undefined])('EVE Online gives no picture for a token of the type %s', (type) => {
  expect(changedUser('eveonline', { TokenType: type })).not.toHaveProperty('picture')
})

describe('Flickr', () => {
  test('is asked for the person that the token answer names', () => {
    const { userinfoQuery } = catalogue.flickr

    expect(typeof userinfoQuery === 'function' && userinfoQuery(facts({ user_nsid: '14086396237@N01' }))).toEqual({
      method: 'flickr.people.getInfo', user_id: '14086396237@N01', api_key: 'example-client', format: 'json', nojsoncallback: '1',
    })
  })

  test.each([
    ['no icon', { nsid: '14086396237@N01', iconserver: '0', iconfarm: 0 }],
    ['no server', { nsid: '14086396237@N01' }],
  ])('gives no picture of a person with %s', (_case, person) => {
    expect(changedUser('flickr', { person })).not.toHaveProperty('picture')
  })
})

describe('FranceConnect', () => {
  test('is asked without PKCE, with a nonce, for a level of assurance', () => {
    const parameters = authorizationParameters(catalogue.franceconnect)

    expect(parameters).toMatchObject({ acr_values: 'eidas1', scope: 'openid given_name family_name email' })
    expect(parameters['nonce']?.length).toBeGreaterThanOrEqual(22)
    expect(parameters['state']?.length).toBeGreaterThanOrEqual(22)
    expect(Object.keys(parameters).sort())
      .toEqual(['acr_values', 'client_id', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state'])
  })

  test('gives no family name for a user name', () => {
    expect(changedUser('franceconnect', { preferred_username: 'Beispiel' })).not.toHaveProperty('username')
  })
})

describe('Gitee', () => {
  test('gives an unconfirmed primary address as unverified', () => {
    const emails = [
      { email: 'old@example.com', state: 'confirmed', scope: ['committed'] },
      { email: 'new@example.com', state: 'unconfirmed', scope: ['primary', 'notified'] },
    ]

    expect(changedUser('gitee', {}, { emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test.each([
    ['is withheld', {}],
    ['names no primary address', { emails: [null, { email: 'old@example.com', state: 'confirmed', scope: ['committed'] }, {}] }],
    ['is no list', { emails: { message: 'Forbidden' } }],
  ])('gives the public address as unverified when the list %s', (_case, answers) => {
    const user = changedUser('gitee', { email: 'public@example.com' }, answers)

    expect(user).toMatchObject({ email: 'public@example.com', emailVerified: false })
  })
})
