import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import { callbackFacts } from '../../lib/protocols/userinfo.js'
import type { LoginFacts, RawProfile, ResolvedProvider } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'
import { addresses } from './fixtures.js'

const tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }
const client = { clientId: 'example-client', clientSecret: 'example-client-secret' }

function registered(slug: CatalogueName, options: Record<string, string> = {}): ResolvedProvider | undefined {
  const providers = { [slug]: { ...client, ...options } }
  const { registrations } = resolveConfig({ providers }, { catalogue, env: {}, warn: () => undefined })
  return registrations.get(slug)?.provider
}

test.each(['musicbrainz', 'reddit'] satisfies CatalogueName[])('%s is told which application asks, in its own words', (slug) => {
  const userAgent = 'Example/1.0 ( mail@example.com )'

  expect(registered(slug, { userAgent })?.apiHeaders).toEqual({ 'user-agent': userAgent })
  expect(registered(slug)?.apiHeaders?.['user-agent']).toContain('authrouter')
})

test('MusicBrainz names the person by the number, which no change of the account\'s name touches', () => {
  expect(changedUser('musicbrainz', { sub: 'ada lovelace' })).toMatchObject({ id: '84728', username: 'ada lovelace' })
})

test.each([
  ['myanimelist', { name: 'a/../b?c' }, 'https://myanimelist.net/profile/a%2F..%2Fb%3Fc'],
  ['openstreetmap', { user: { id: 1, display_name: 'a/../b?c' } }, 'https://www.openstreetmap.org/user/a%2F..%2Fb%3Fc'],
] satisfies [CatalogueName, RawProfile, string][])('%s may have signs of addresses in a name', (slug, changes, profileUrl) => {
  expect(changedUser(slug, changes)).toMatchObject({ profileUrl })
})

test.each([
  ['myanimelist', { name: undefined }],
  ['openstreetmap', { user: { id: 1 } }],
  ['osu', { username: undefined }],
  ['plurk', { user_info: { id: 1 } }],
  ['reddit', { name: undefined }],
] satisfies [CatalogueName, RawProfile][])('%s has no page of a person without a name', (slug, changes) => {
  expect(changedUser(slug, changes)).not.toHaveProperty('profileUrl')
})

describe('Naver', () => {
  test('is sent the state with the code, and nothing more with a refresh', () => {
    const provider = catalogue.naver as ResolvedProvider
    const parameters = { code: 'the-code', state: 'the-state', other: 'parameter' }
    const callback = callbackFacts(provider, { type: 'authorization_code', parameters, transaction: {} as never })
    const { tokenRequest } = provider.hooks ?? {}

    expect(tokenRequest?.({ code: 'the-code' }, { client, callback })).toEqual({ code: 'the-code', state: 'the-state' })
    expect(tokenRequest?.({ refresh_token: 'example' }, { client, callback: {} })).toEqual({ refresh_token: 'example' })
  })

  test.each([
    [{ gender: 'M' }, { gender: 'male' }],
    [{ birthyear: undefined, birthday: '12-10' }, { birthdate: '0000-12-10' }],
  ])('with %j gives %j', (changes, expected) => {
    expect(changedUser('naver', { response: { id: '1', ...changes } })).toMatchObject(expected)
  })

  test.each([
    ['gender', { gender: 'U' }],
    ['birthdate', { birthyear: '1990' }],
  ])('gives no %s with %j', (field, changes) => {
    expect(changedUser('naver', { response: { id: '1', ...changes } })).not.toHaveProperty(field)
  })
})

describe('Odnoklassniki', () => {
  const { hooks } = catalogue.odnoklassniki
  const request = { method: 'GET', url: 'https://api.ok.ru/fb.do?method=users.getCurrentUser&format=json', headers: {} }

  test('gets calls that are signed', () => {
    const sent = hooks?.apiRequest?.(request, tokens, { ...client, parameters: { publicKey: 'CEXAMPLEKEY' } })

    // Computed by openssl dgst -md5.
    expect(Object.fromEntries(new URL(sent?.url ?? '').searchParams)).toEqual({
      application_key: 'CEXAMPLEKEY', format: 'json', method: 'users.getCurrentUser', sig: '7d96124560c1792256fd316a5c7e5234',
    })
    expect(sent).toEqual({ ...request, url: sent?.url })
  })

  test('calls its bearer tokens sessions, and any other kind stays what it is', () => {
    const answer = { access_token: 'example' }

    expect(hooks?.tokenResponse?.({ ...answer, token_type: 'session' })).toEqual({ ...answer, token_type: 'Bearer' })
    expect(hooks?.tokenResponse?.({ ...answer, token_type: 'mac' })).toEqual({ ...answer, token_type: 'mac' })
  })

  test('gives no address of a person who withholds it', () => {
    expect(changedUser('odnoklassniki', { location: null })).not.toHaveProperty('address')
  })
})

test('an Okta organization is an issuer, and so is each of its custom authorization servers', () => {
  const domain = 'example.okta.com'
  const issuer = 'https://example.okta.com/oauth2/default'

  expect(addresses(catalogue.okta, { domain })).toMatchObject({ issuer: 'https://example.okta.com' })
  expect(addresses(catalogue.okta, { domain, authorizationServer: 'default' })).toMatchObject({ issuer })
  expect(registered('okta', { domain, authorizationServer: 'default' })).toMatchObject({ issuer })
})

test.each(['onelogin', 'orcid', 'pingone', 'roblox'] satisfies CatalogueName[])('%s never vouches for an address', (slug) => {
  const email = 'ada@example.com'

  expect(changedUser(slug, { email, email_verified: true })).toMatchObject({ email, emailVerified: false })
})

test.each([
  ['patreon', { data: { id: '1', attributes: { email: 'ada@example.com', is_email_verified: false } } }],
  ['paypal', { emails: [{ value: 'ada@example.com', primary: true, confirmed: false }] }],
  ['polar', { email_verified: false }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

test('ORCID shows an iD as an address of the place where it was made', () => {
  const iss = 'https://sandbox.orcid.org'

  expect(changedUser('orcid', { iss })).toMatchObject({ profileUrl: `${iss}/6000-0005-3907-4854` })
})

test('osu! knows the country alone, and may not', () => {
  expect(changedUser('osu', { country_code: undefined })).not.toHaveProperty('address')
})

test.each([
  ['an address', 'https://www.paypal.com/webapps/auth/identity/user/mWq6_1sU'],
  ['the id alone', 'mWq6_1sU'],
])('PayPal may give the id as %s', (_case, id) => {
  expect(changedUser('paypal', { user_id: id })).toMatchObject({ id: 'mWq6_1sU', key: 'paypal$mWq6_1sU' })
})

test('Pipedrive knows one person by two numbers, and without both by none', () => {
  expect(changedUser('pipedrive', { data: { id: 1, company_id: 23 } })).toMatchObject({ id: '23-1' })
  for (const data of [{ id: 1 }, { company_id: 23 }, undefined]) {
    expect(() => changedUser('pipedrive', { data })).toThrow('no usable id')
  }
})

describe('Plurk', () => {
  test.each([
    [{ gender: 1 }, { gender: 'male' }],
    [{ date_of_birth: 'Fri, 05 Jun 2009 23:07:13 GMT' }, { birthdate: '2009-06-05' }],
    [{ has_profile_image: 1, avatar: null }, { picture: 'https://avatars.plurk.com/1-big.jpg' }],
    [{ has_profile_image: 1, avatar: 0 }, { picture: 'https://avatars.plurk.com/1-big.jpg' }],
  ])('with %j gives %j', (changes, expected) => {
    expect(changedUser('plurk', { user_info: { id: 1, ...changes } })).toMatchObject(expected)
  })

  test.each([
    ['gender', { gender: 2 }],
    ['gender', { gender: null }],
    ['birthdate', { date_of_birth: null }],
    ['picture', { has_profile_image: 0, avatar: 4 }],
  ])('gives no %s with %j', (field, changes) => {
    expect(changedUser('plurk', { user_info: { id: 1, ...changes } })).not.toHaveProperty(field)
  })
})

describe('QQ', () => {
  const facts: LoginFacts = { client, callback: {}, response: { openid: 'EXAMPLEOPENID' } }

  test('is asked for the person whom the token answer names', () => {
    const { userinfoQuery } = catalogue.qq
    const query = typeof userinfoQuery === 'function' ? userinfoQuery(facts) : undefined

    expect(query).toEqual({ oauth_consumer_key: 'example-client', openid: 'EXAMPLEOPENID' })
  })

  test('never has another id than the token answer, whatever the profile says', () => {
    const profile = { nickname: 'Ada', openid: 'ANOTHER' }

    expect(catalogue.qq.hooks?.userinfo?.(profile, tokens, facts)).toEqual({ nickname: 'Ada', openid: 'EXAMPLEOPENID' })
  })

  test('names pictures by plain http, by https, or not at all', () => {
    const picture = 'https://thirdqq.qlogo.cn/1/100'

    expect(changedUser('qq', { figureurl_qq_2: 'http://thirdqq.qlogo.cn/1/100' })).toMatchObject({ picture })
    expect(changedUser('qq', { figureurl_qq_2: picture })).toMatchObject({ picture })
    expect(changedUser('qq', { figureurl_qq_2: undefined })).not.toHaveProperty('picture')
  })

  test('writes a man as 男, and nothing else counts', () => {
    expect(changedUser('qq', { gender: '男' })).toMatchObject({ gender: 'male' })
    expect(changedUser('qq', { gender: '' })).not.toHaveProperty('gender')
  })

  test('gives region and city, where it knows them', () => {
    const address = { region: '广东', locality: '深圳' }

    expect(changedUser('qq', { province: '广东', city: '深圳' })).toMatchObject({ address })
    expect(changedUser('qq', { province: '', city: '' })).not.toHaveProperty('address')
  })
})

test('Reddit gives no picture of a person without one', () => {
  expect(changedUser('reddit', { icon_img: null })).not.toHaveProperty('picture')
})

test('Roblox has an issuer that ends in a slash, which ID Tokens repeat', () => {
  expect(registered('roblox')?.issuer).toBe('https://apis.roblox.com/oauth/')
})
