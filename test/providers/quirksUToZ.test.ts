import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { Client, Context, LoginFacts, Provider, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'
import { addresses } from './fixtures.js'

function authorizationParameters(provider: Provider): Record<string, string> {
  const client = { clientId: 'example-client' }
  const context = { provider, client, redirectUri: 'https://app.example/callback' } as unknown as Context
  return authorizationRequest(context, {}, { withNonce: false }).parameters
}

/** What a provider's own function of the login makes, for parameters of the userinfo request. */
function made(parameters: Provider['userinfoQuery'], facts: Partial<LoginFacts>): Record<string, string> | undefined {
  if (typeof parameters !== 'function') return parameters
  return parameters({ client: { clientId: 'example-client' }, response: {}, callback: {}, ...facts })
}

test.each([
  ['vercel', { scope: 'openid email profile offline_access' }],
  ['xero', { scope: 'openid profile email offline_access' }],
  ['zitadel', { scope: 'openid profile email offline_access' }],
  ['zoho', { scope: 'AaaServer.profile.READ', access_type: 'offline', prompt: 'consent' }],
] as const)('%s is asked for a refresh token in its own way, and only when one is wanted', (slug, expected) => {
  expect(authorizationParameters({ ...catalogue[slug], offline: true })).toMatchObject(expected)
  expect(authorizationParameters(catalogue[slug])).not.toMatchObject(expected)
})

test.each([
  ['uber', { email_verified: true, mobile_verified: true }],
  ['vk', { user: { user_id: '1', email: 'ada@example.com', verified: true } }],
  ['xero', { email_verified: true }],
  ['zendesk', { user: { id: 1, email: 'ada@example.com', verified: true } }],
  ['wordpress', { email_verified: false, verified: true }],
  ['wikimedia', { confirmed_email: false }],
  ['vipps', { email_verified: false }],
  ['vercel', { email_verified: undefined }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

test.each([
  [1, true],
  [0, false],
  [undefined, false],
  ['1', false],
])('Zoom with verified %j says that the address is verified: %s', (verified, expected) => {
  expect(changedUser('zoom', { verified })).toMatchObject({ email: 'ada@example.com', emailVerified: expected })
})

describe('Vimeo', () => {
  test('names the person by the end of an address, and the account by the end of another', () => {
    const user = changedUser('vimeo', { uri: '/users/5', link: 'https://vimeo.com/user5' })

    expect(user).toMatchObject({ id: '5', username: 'user5' })
  })

  test.each([[undefined], [5], ['/users/'], ['']])('knows nobody by the address %j', (uri) => {
    expect(() => changedUser('vimeo', { uri })).toThrow('no usable id')
  })
})

describe('VK ID', () => {
  const form = { grant_type: 'authorization_code', code: 'the-code' }
  const callback = { device_id: 'the-device', state: 'the-state' }
  const sent = (client: Partial<Client>, facts = callback): unknown =>
    catalogue.vk.hooks?.tokenRequest?.(form, { client: { clientId: 'example-client', ...client }, callback: facts })

  test('is told the device and the state of the callback', () => {
    expect(catalogue.vk.callbackParameters).toEqual(['device_id', 'state'])
    expect(sent({})).toEqual({ ...form, ...callback })
  })

  test('is shown the service token of a confidential application, and nothing of another', () => {
    expect(sent({ parameters: { serviceToken: 'a-token' } })).toEqual({ ...form, ...callback, service_token: 'a-token' })
    expect(sent({ parameters: { serviceToken: '' } })).not.toHaveProperty('service_token')
  })

  test('gives no refresh token that could not be used', () => {
    const answer = { access_token: 'example-access-token', refresh_token: 'example-refresh-token', token_type: 'Bearer' }

    expect(catalogue.vk.hooks?.tokenResponse?.(answer)).toEqual({ access_token: 'example-access-token', token_type: 'Bearer' })
  })

  test('is told the client when it is asked for the person', () => {
    expect(made(catalogue.vk.userinfoForm, {})).toEqual({ client_id: 'example-client' })
  })

  test.each([
    [1, 'female'],
    [2, 'male'],
    [0, undefined],
    [undefined, undefined],
  ])('says by the number %j that the gender is %j', (sex, gender) => {
    expect(changedUser('vk', { user: { user_id: '1', sex } }).gender).toBe(gender)
  })

  test.each([
    ['10.12.1990', '1990-12-10'],
    ['10.12', undefined],
    ['', undefined],
    [null, undefined],
  ])('says by %j that the birthdate is %j', (birthday, birthdate) => {
    expect(changedUser('vk', { user: { user_id: '1', birthday } }).birthdate).toBe(birthdate)
  })
})

describe.each(['wechat', 'wechat-mp'] as const)('%s', (slug) => {
  test('is asked with its parameters in the order that it checks', () => {
    const names = Object.keys(authorizationParameters(catalogue[slug]))

    expect(names.slice(0, 5)).toEqual(['appid', 'redirect_uri', 'response_type', 'scope', 'state'])
  })

  test('is asked for the person whom the token answer names', () => {
    const query = made(catalogue[slug].userinfoQuery, { response: { openid: 'the-openid' } })

    expect(query).toEqual({ openid: 'the-openid', lang: 'en' })
  })
})

test('WeChat names the person by the unionid, and never by an openid in its place', () => {
  expect(changedUser('wechat', { openid: 'the-openid', unionid: 'the-unionid' })).toMatchObject({ id: 'the-unionid' })
  expect(() => changedUser('wechat', { unionid: undefined })).toThrow('no usable id')
})

test('WeChat names the person by the openid within WeChat, whether there is a unionid or not', () => {
  expect(changedUser('wechat-mp', { unionid: undefined })).toMatchObject({ id: 'iANNC0emZNK9mzZPx2QnfHnbAFPB' })
})

describe('Weibo', () => {
  test('is asked for the person whom the token answer names', () => {
    expect(made(catalogue.weibo.userinfoQuery, { response: { uid: '6804598970' } })).toEqual({ uid: '6804598970' })
  })

  test.each([['f', 'female'], ['m', 'male'], ['n', undefined]])('says by %j that the gender is %j', (gender, expected) => {
    expect(changedUser('weibo', { gender }).gender).toBe(expected)
  })

  test('gives the address of a person on its host, and none of a person without', () => {
    expect(changedUser('weibo', { profile_url: 'ada' })).toMatchObject({ profileUrl: 'https://weibo.com/ada' })
    expect(changedUser('weibo', { profile_url: undefined })).not.toHaveProperty('profileUrl')
  })
})

describe('Withings', () => {
  const repaired = catalogue.withings.hooks?.tokenResponse

  test('gives its tokens in the body of an answer', () => {
    expect(repaired?.({ status: 0, body: { access_token: 'example-access-token', userid: '363' } }))
      .toEqual({ access_token: 'example-access-token', userid: '363' })
  })

  test('refuses by a status within an answer', () => {
    expect(repaired?.({ status: 503, body: {}, error: 'Invalid Params' })).toEqual({ error: 503 })
  })
})

test.each([
  [{ connection: 'conn_1', organization: '', provider: '' }, { connection: 'conn_1' }],
  [{ connection: '', organization: 'org_1', provider: '' }, { organization: 'org_1' }],
  [{ connection: '', organization: '', provider: 'GoogleOAuth' }, { provider: 'GoogleOAuth' }],
])('WorkOS with %j is sent %j and nothing empty', (given, expected) => {
  const parameters = { client_id: 'example-client', ...given }

  expect(catalogue.workos.hooks?.authorizationRequest?.(parameters)).toEqual({ client_id: 'example-client', ...expected })
})

test.each([
  [{ is_avatar_empty: true }],
  [{ default_avatar_id: undefined }],
])('Yandex gives no picture of a person with %j', (changes) => {
  expect(changedUser('yandex', changes)).not.toHaveProperty('picture')
})

test('Yandex names a person without a real name by the parts of it, or by the login', () => {
  expect(changedUser('yandex', { real_name: '' })).toMatchObject({ name: 'Ada Example' })
  expect(changedUser('yandex', { real_name: '', first_name: '', last_name: '' })).toMatchObject({ name: 'ada' })
})

test('Zendesk has nobody under an anonymous answer', () => {
  expect(() => changedUser('zendesk', { user: { id: null, name: 'Anonymous user' } })).toThrow('no usable id')
})

test.each([
  ['accounts.zoho.com', 'https://www.zohoapis.com/'],
  ['accounts.zoho.eu', 'https://www.zohoapis.eu/'],
  ['accounts.zoho.com.au', 'https://www.zohoapis.com.au/'],
  ['accounts.zohocloud.ca', 'https://www.zohoapis.ca/'],
])('Zoho at %s has its API at %s', (dc, api) => {
  expect(addresses(catalogue.zoho, { dc })).toMatchObject({ tokenEndpoint: `https://${dc}/oauth/v2/token`, apiBaseUrl: api })
})

test('a request to Zotero carries the token\'s secret as the key of its API', () => {
  const request = { method: 'GET', url: 'https://api.zotero.org/users/935788/items', headers: { accept: 'application/json' } }
  const signedIn = { accessToken: 'example-access-token', tokenType: 'OAuth', tokenSecret: 'example-token-secret' }

  expect(catalogue.zotero.hooks?.apiRequest?.(request, signedIn, { clientId: 'example-client' }))
    .toEqual({ ...request, headers: { accept: 'application/json', 'zotero-api-key': 'example-token-secret' } })
})

describe('Foursquare', () => {
  const user = (photo: unknown): RawProfile => ({ response: { user: { id: '9050303', photo } } })

  test('puts the size between the halves of a photo', () => {
    expect(changedUser('foursquare', user({ prefix: 'https://fastly.4sqi.net/', suffix: '/1.jpg' })))
      .toMatchObject({ picture: 'https://fastly.4sqi.net/original/1.jpg' })
  })

  test.each([
    [undefined],
    [null],
    [{}],
    [{ prefix: 'https://fastly.4sqi.net/' }],
  ])('gives no picture of a photo like %j', (photo) => {
    expect(changedUser('foursquare', user(photo))).not.toHaveProperty('picture')
  })
})
