import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { Context, Provider, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'
import { addresses, readFixture } from './fixtures.js'

const tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }
const request = { method: 'GET', url: 'https://api.example.com/things', headers: { accept: 'application/json' } }

function authorizationParameters(provider: Provider): Record<string, string> {
  const client = { clientId: 'example-client' }
  const context = { provider, client, redirectUri: 'https://app.example/callback' } as unknown as Context
  return authorizationRequest(context, {}, { withNonce: provider.nonce !== false }).parameters
}

test.each([
  ['salesforce', { email_verified: false }],
  ['school42', { email_verified: true }],
  ['seznam', { email_verified: false }],
  ['seznam', { email_verified: undefined }],
  ['simplelogin', { email_verified: false }],
  ['slack', { email_verified: false }],
  ['spotify', { email_verified: true }],
  ['stripe', { email_verified: true }],
  ['todoist', { email_verified: true, is_email_verified: true }],
  ['twitch', { email_verified: false }],
  ['typeform', { email_verified: true }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  const { email } = readFixture(slug).user

  expect(email).toBeDefined()
  expect(changedUser(slug, changes)).toMatchObject({ email, emailVerified: false })
})

describe('Salesforce', () => {
  test('gives no picture that a browser cannot load', () => {
    expect(changedUser('salesforce', {})).not.toHaveProperty('picture')
  })

  test('signs in to an organization at its own domain, where its API is', () => {
    expect(addresses(catalogue.salesforce, { domain: 'example.my.salesforce.com' })).toEqual({
      issuer: 'https://example.my.salesforce.com',
      revocationEndpoint: 'https://example.my.salesforce.com/services/oauth2/revoke',
      apiBaseUrl: 'https://example.my.salesforce.com/services/',
    })
  })
})

describe('Shopify', () => {
  const { associated_user: person } = readFixture('shopify').userinfo ?? {}

  test('goes on only with a callback that the shop has signed', () => {
    const client = { clientId: 'a', clientSecret: 'hush' }
    const form = { grant_type: 'authorization_code', code: 'c' }
    // Computed by openssl dgst -sha256 -hmac hush over code=c&shop=example-store.myshopify.com&state=s&timestamp=1763683200.
    const hmac = '9338f8ce0aaa35911f4e1e16f1b8918a678e39ebb086871a8ced0429d2663ee7'
    const callback = { timestamp: '1763683200', code: 'c', state: 's', shop: 'example-store.myshopify.com', hmac }
    const run = (changes: Record<string, string>): unknown => catalogue.shopify.hooks?.tokenRequest?.(form, { client, callback: { ...callback, ...changes } })

    expect(run({})).toEqual(form)
    for (const changes of [{ shop: 'other.myshopify.com' }, { hmac: '' }, { hmac: 'zz' }, { code: 'd' }] as Record<string, string>[]) expect(() => run(changes)).toThrow('not signed')
  })

  test('asks for the token of the person, not of the shop', () => {
    expect(authorizationParameters(catalogue.shopify)).toMatchObject({ 'grant_options[]': 'per-user' })
  })

  test('does not vouch for an address that is not confirmed', () => {
    const user = changedUser('shopify', { associated_user: { ...person as object, email_verified: false } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('signs nobody in with a token of the shop', () => {
    expect(() => changedUser('shopify', { associated_user: undefined })).toThrow('no usable id')
  })

  test('has every address below its own domain', () => {
    for (const address of Object.values(addresses(catalogue.shopify, { shop: 'example-store' }))) {
      expect(new URL(address).host).toBe('example-store.myshopify.com')
    }
  })
})

test('SimpleLogin is asked without a nonce, which its ID Tokens would not hold', () => {
  expect(authorizationParameters(catalogue.simplelogin)).not.toHaveProperty('nonce')
})

describe('Slack', () => {
  const team = 'https://slack.com/team_id'

  test('names the same user id of two workspaces differently', () => {
    expect(changedUser('slack', {})).toMatchObject({ id: 'T4P2XU-U6U5YQ' })
    expect(changedUser('slack', { [team]: 'T9' })).toMatchObject({ id: 'T9-U6U5YQ' })
    expect(changedUser('slack-v2', {})).toMatchObject({ id: 'T4P2XU-U6U5YQ' })
    expect(changedUser('slack-v2', { team: { id: 'T9' } })).toMatchObject({ id: 'T9-U6U5YQ' })
  })

  test.each([
    ['slack', { [team]: undefined }],
    ['slack', { sub: 7 }],
    ['slack-v2', { team: null }],
    ['slack-v2', { team: {} }],
    ['slack-v2', { user: undefined }],
  ] satisfies [CatalogueName, RawProfile][])('signs nobody in who has half an id: %s with %j', (slug, changes) => {
    expect(() => changedUser(slug, changes)).toThrow('no usable id')
  })

  test('is asked without PKCE, which is for its public clients', () => {
    expect(authorizationParameters(catalogue.slack)).not.toHaveProperty('code_challenge')
    expect(authorizationParameters(catalogue.slack)).toHaveProperty('nonce')
    expect(authorizationParameters(catalogue['slack-v2'])).not.toHaveProperty('code_challenge')
  })

  test('is asked for scopes of the person, not of a bot', () => {
    const parameters = authorizationParameters(catalogue['slack-v2'])

    expect(parameters).toMatchObject({ user_scope: 'identity.basic,identity.email,identity.avatar' })
    expect(parameters).not.toHaveProperty('scope')
  })
})

describe('a token answer of Slack\'s OAuth v2', () => {
  const repaired = (body: Record<string, unknown>): unknown => catalogue['slack-v2'].hooks?.tokenResponse?.(body)

  test('gives the person\'s token, not the bot\'s', () => {
    const bot = { access_token: 'the-bot-token', token_type: 'bot', scope: 'commands' }
    const person = { id: 'U6U5YQ', access_token: 'the-token', token_type: 'user', scope: 'identity.basic' }

    expect(repaired({ ok: true, ...bot, authed_user: person }))
      .toMatchObject({ access_token: 'the-token', token_type: 'Bearer', scope: 'identity.basic' })
  })

  test('of a refresh gives the token that stands at the top', () => {
    expect(repaired({ ok: true, access_token: 'the-token', refresh_token: 'the-next', token_type: 'user' }))
      .toEqual({ ok: true, access_token: 'the-token', refresh_token: 'the-next', token_type: 'Bearer' })
  })

  test('that is an error stays one', () => {
    expect(repaired({ ok: false, error: 'invalid_code' })).toMatchObject({ error: 'invalid_code' })
    expect(repaired({ ok: false, error: 'invalid_code' })).not.toHaveProperty('access_token')
  })
})

test('Strava\'s stand-in for a picture, which has no host, is left out', () => {
  expect(changedUser('strava', { profile: 'avatar/athlete/large.png' })).not.toHaveProperty('picture')
})

test('Stripe gives the business\'s own page as a website, not as a profile', () => {
  expect(changedUser('stripe', {})).toMatchObject({ website: 'https://example.com/' })
  expect(changedUser('stripe', {})).not.toHaveProperty('profileUrl')
})

describe('Telegram', () => {
  test('says nothing of an address, whatever is claimed', () => {
    expect(changedUser('telegram', { email_verified: true })).not.toHaveProperty('emailVerified')
    expect(changedUser('telegram', { email: 'ada@example.com', email_verified: true })).toMatchObject({ emailVerified: false })
  })

  test('gives no link to a person without a username', () => {
    expect(changedUser('telegram', { preferred_username: undefined })).not.toHaveProperty('profileUrl')
  })
})

test('Threads links the page of a username', () => {
  const { profileUrl } = changedUser('threads', { username: 'ada.example' })

  expect(profileUrl).toBe('https://www.threads.net/@ada.example')
  expect(changedUser('threads', { username: undefined })).not.toHaveProperty('profileUrl')
})

test('TikTok is told the client under its own name', () => {
  const parameters = authorizationParameters(catalogue.tiktok)

  expect(parameters).toMatchObject({ client_key: 'example-client' })
  expect(parameters).not.toHaveProperty('client_id')
})

describe('Trakt', () => {
  const { user } = readFixture('trakt').userinfo ?? {}

  test('names the person by what stays when the username changes', () => {
    const renamed = { ...user as object, username: 'lovelace', ids: { slug: 'lovelace', uuid: 'the-uuid' } }

    expect(changedUser('trakt', { user: renamed })).toMatchObject({
      id: 'the-uuid', username: 'lovelace', profileUrl: 'https://trakt.tv/users/lovelace',
    })
  })

  test('links no page without a slug', () => {
    expect(changedUser('trakt', { user: { ids: { uuid: 'the-uuid' } } })).not.toHaveProperty('profileUrl')
  })

  test.each([undefined, null, { ids: null }])('signs nobody in with the user %j', (nobody) => {
    expect(() => changedUser('trakt', { user: nobody })).toThrow('no usable id')
  })
})

test.each([
  ['trakt', 'trakt-api-key'],
  ['twitch', 'client-id'],
] as const)('a call to %s names the application in the header %s', (slug, header) => {
  const sent = catalogue[slug].hooks?.apiRequest?.(request, tokens, { clientId: 'example-client' })

  expect(sent).toEqual({ ...request, headers: { ...request.headers, [header]: 'example-client' } })
})

describe('Trello', () => {
  test('gives the picture in one size', () => {
    const { picture } = changedUser('trello', { avatarUrl: 'https://example.com/abc' })

    expect(picture).toBe('https://example.com/abc/170.png')
  })

  test('gives no picture of a person without one', () => {
    expect(changedUser('trello', { avatarUrl: null })).not.toHaveProperty('picture')
  })
})

describe.each(['tumblr', 'tumblr-oauth1'] as const)('%s', (slug) => {
  const blogs = [
    { name: 'notes', uuid: 't:notes', primary: false },
    { name: 'lovelace', uuid: 't:ada', primary: true, url: 'https://lovelace.tumblr.com/' },
  ]

  test('names the person by the primary blog\'s lasting id', () => {
    expect(changedUser(slug, { response: { user: { name: 'lovelace', blogs } } })).toMatchObject({
      id: 't:ada', username: 'lovelace', profileUrl: 'https://lovelace.tumblr.com/',
      picture: 'https://api.tumblr.com/v2/blog/lovelace/avatar/512',
    })
  })

  test('gives a user with an id even when it says nothing else', () => {
    const user = changedUser(slug, { response: { user: { blogs: [{ uuid: 't:ada', primary: true }] } } })

    expect(user).toMatchObject({ id: 't:ada', name: 't:ada' })
    expect(user).not.toHaveProperty('picture')
  })

  test.each([undefined, {}, { user: {} }])('signs nobody in with the response %j', (response) => {
    expect(() => changedUser(slug, { response })).toThrow('no usable id')
  })
})

describe('Twitch', () => {
  const repaired = (body: Record<string, unknown>): unknown => catalogue.twitch.hooks?.tokenResponse?.(body)

  test('gives a list of scopes as text', () => {
    expect(repaired({ access_token: 'the-token', scope: ['openid', 'user:read:email'] }))
      .toEqual({ access_token: 'the-token', scope: 'openid user:read:email' })
  })

  test.each([
    { access_token: 'the-token' },
    { status: 400, message: 'Invalid authorization code' },
  ])('leaves the answer %j as it is', (body) => {
    expect(repaired(body)).toEqual(body)
  })

  test('is asked for the claims that it gives only then', () => {
    const asked: unknown = JSON.parse(authorizationParameters(catalogue.twitch)['claims'] ?? '')
    const claims = { email: null, email_verified: null, picture: null, preferred_username: null }

    expect(asked).toEqual({ id_token: claims, userinfo: claims })
  })
})

test('Typeform grants access at one host and answers at another', () => {
  expect(addresses(catalogue.typeform, { apiHost: 'api.eu.typeform.com' })).toEqual({
    authorizationEndpoint: 'https://api.typeform.com/oauth/authorize',
    tokenEndpoint: 'https://api.typeform.com/oauth/token',
    userinfoEndpoint: 'https://api.eu.typeform.com/me',
    apiBaseUrl: 'https://api.eu.typeform.com/',
  })
})

test.each([
  ['salesforce', 'openid profile email refresh_token'],
  ['tumblr', 'basic offline_access'],
  ['typeform', 'accounts:read offline'],
] as const)('%s is asked for a refresh token by a scope, and only when one is wanted', (slug, scope) => {
  expect(authorizationParameters({ ...catalogue[slug], offline: true })).toMatchObject({ scope })
  expect(authorizationParameters(catalogue[slug])).not.toMatchObject({ scope })
})
