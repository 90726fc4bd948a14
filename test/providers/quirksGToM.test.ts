import { createHmac, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { readTokenResponse } from '../../lib/tokens/tokens.js'
import type { Client, LoginFacts, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'
import { addresses, mergedProfile, now, readFixture } from './fixtures.js'

const tokens = { accessToken: 'example-access-token', tokenType: 'Bearer' }

function facts(given: Partial<LoginFacts>): LoginFacts {
  return { client: { clientId: 'example-client' }, response: {}, callback: {}, ...given }
}

/** A fixture's profile after the entry's own repair. */
function profileOf(slug: CatalogueName): RawProfile {
  return mergedProfile(catalogue[slug], readFixture(slug))
}

describe('HubSpot', () => {
  test('is asked about the token by the client itself, in a form', () => {
    const client = { clientId: 'example-client', clientSecret: 'example-secret' }

    expect(catalogue.hubspot.userinfoForm).toBeInstanceOf(Function)
    expect(typeof catalogue.hubspot.userinfoForm === 'function' && catalogue.hubspot.userinfoForm(facts({ client })))
      .toEqual({ client_id: 'example-client', client_secret: 'example-secret', token_type_hint: 'access_token' })
  })

  test('leaves the token, which its answer repeats, out of the profile', () => {
    expect(readFixture('hubspot').userinfo).toHaveProperty('token')
    expect(profileOf('hubspot')).not.toHaveProperty('token')
    expect(profileOf('hubspot')).not.toHaveProperty('signed_access_token')
    expect(profileOf('hubspot')).toMatchObject({ user_id: 123, hub_id: 57815 })
  })
})

describe('Instagram', () => {
  const { tokenResponse, userinfo } = catalogue.instagram.hooks ?? {}
  const person = { user_id: '1', username: 'ada' }

  test.each([
    ['in a list', { data: [person] }],
    ['plain', person],
  ])('gives token and person %s', (_case, answer) => {
    expect(tokenResponse?.(answer)).toEqual(person)
    expect(userinfo?.(answer, tokens, facts({}))).toEqual(person)
  })

  test('gives nobody where the list is empty', () => {
    expect(tokenResponse?.({ data: [] })).toEqual({})
  })

  test('has no profile address for a person without a username', () => {
    expect(changedUser('instagram', { data: [{ user_id: '1' }] })).not.toHaveProperty('profileUrl')
  })
})

describe('Intuit', () => {
  test('names the company of the callback in the profile', () => {
    expect(catalogue.intuit.callbackParameters).toEqual(['realmId'])
    expect(profileOf('intuit')).toMatchObject({ realmId: '9130347596842386', givenName: 'Ada' })
  })

  test('does not vouch for an address that is not confirmed', () => {
    expect(changedUser('intuit', { emailVerified: false, email_verified: true })).toMatchObject({ emailVerified: false })
  })
})

describe('Kakao', () => {
  const account = { email: 'ada@example.com', is_email_valid: true, is_email_verified: true, birthyear: '1990', birthday: '1210' }
  const user = (changes: RawProfile): object => changedUser('kakao', { kakao_account: { ...account, ...changes } })

  test.each([
    [{}, true],
    [{ is_email_valid: false }, false],
    [{ is_email_verified: false }, false],
  ])('with %j says that the address is verified: %s', (changes, verified) => {
    expect(user(changes)).toMatchObject({ email: 'ada@example.com', emailVerified: verified })
  })

  test.each([
    ['the calendar is not named', {}, '1990-12-10'],
    ['the calendar is the solar one', { birthday_type: 'SOLAR' }, '1990-12-10'],
    ['the calendar is the lunar one', { birthday_type: 'LUNAR' }, undefined],
    ['the year is withheld', { birthyear: undefined }, undefined],
    ['the day is withheld', { birthday: undefined }, undefined],
  ])('reads the date of birth when %s', (_case, changes, birthdate) => {
    expect({ birthdate: undefined, ...user(changes) }).toMatchObject({ birthdate })
  })

  test('knows nothing of an account that is withheld', () => {
    expect(changedUser('kakao', { kakao_account: undefined })).toMatchObject({ id: '195578626', name: '195578626' })
  })
})

describe('Kick', () => {
  test('gives the first person of its list', () => {
    const data = [{ user_id: 1, name: 'ada' }, { user_id: 2 }]

    expect(changedUser('kick', { data })).toMatchObject({ id: '1', username: 'ada' })
  })

  test.each([{ data: [] }, { data: undefined }])('gives nobody where the answer is %j', (answer) => {
    expect(() => changedUser('kick', answer)).toThrow(expect.objectContaining({ code: 'provider_bad_response' }))
  })
})

test('Kinde does not vouch for an address, whatever a claim says', () => {
  expect(changedUser('kinde', { email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

describe('LINE', () => {
  const secret = 'example-channel-secret'
  const profile = { sub: 'U8435', name: 'Ada' }

  function idToken(claims: unknown, key = secret): string {
    const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
    const text = `${encoded({ typ: 'JWT', alg: 'HS256' })}.${encoded(claims)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }

  function repaired(idTokenText: unknown, clientSecret?: string): RawProfile | undefined {
    const client = { clientId: 'example-client', ...(clientSecret === undefined ? {} : { clientSecret }) }
    return catalogue.line.hooks?.userinfo?.(profile, tokens, facts({ client, response: { id_token: idTokenText } }))
  }

  test('gives the address of the ID Token', () => {
    const email = 'ada@example.com'

    expect(repaired(idToken({ sub: 'U8435', email }), secret)).toEqual({ ...profile, email })
  })

  test.each([
    ['is signed with another key', idToken({ sub: 'U8435', email: 'eve@example.com' }, 'another'), secret],
    ['speaks of another person', idToken({ sub: 'U1', email: 'eve@example.com' }), secret],
    ['has no address', idToken({ sub: 'U8435' }), secret],
    ['is not signed', 'e30.e30.', secret],
    ['is no token', 'nothing', secret],
    ['is not there', undefined, secret],
    ['cannot be checked', idToken({ sub: 'U8435', email: 'ada@example.com' }, ''), undefined],
  ])('gives no address when the ID Token %s', (_case, text, clientSecret) => {
    expect(repaired(text, clientSecret)).toEqual(profile)
  })
})

describe('Login.gov', () => {
  const form = { grant_type: 'authorization_code' }
  const sent = (client: Client): Record<string, string> | undefined =>
    catalogue['login-gov'].hooks?.tokenRequest?.(form, facts({ client }))

  test('gets an assertion for its token endpoint from a client that has a key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const before = Math.floor(Date.now() / 1000)
    const client = { clientId: 'urn:example:app', privateKey: pem.replace(/^/gm, '  '), parameters: { host: 'idp.example.gov' } }

    const { client_assertion: assertion = '', ...rest } = sent(client) ?? {}
    const [header = '', payload = '', signature = ''] = assertion.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>

    expect(rest).toEqual({ ...form, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect(claims).toEqual({
      iss: 'urn:example:app', sub: 'urn:example:app', aud: 'https://idp.example.gov/api/openid_connect/token',
      jti: expect.any(String), iat: expect.any(Number), exp: Number(claims['iat']) + 300,
    })
    expect(Number(claims['iat'])).toBeGreaterThanOrEqual(before)
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('gets no two assertions that are alike', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const client = { clientId: 'urn:example:app', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }

    expect(sent(client)?.['client_assertion']).not.toBe(sent(client)?.['client_assertion'])
  })

  test('gets PKCE alone from a client without a key', () => {
    expect(sent({ clientId: 'urn:example:app' })).toEqual(form)
  })
})

describe('Mailchimp', () => {
  const endOf = (body: RawProfile): number | undefined =>
    readTokenResponse(catalogue.mailchimp.hooks?.tokenResponse?.(body) ?? body, { now, defaultTokenType: 'Bearer' }).expiresAt

  test('gives tokens without an end', () => {
    expect(endOf({ access_token: 'a', expires_in: 0 })).toBeUndefined()
    expect(endOf({ access_token: 'a', expires_in: 60 })).toBe(now / 1000 + 60)
  })

  test('names the person by the login, not by the account that several share', () => {
    expect(changedUser('mailchimp', { user_id: 1 })).toMatchObject({ id: '286967' })
  })

  test('has its API at the data centre', () => {
    expect(addresses(catalogue.mailchimp, { dataCenter: 'us6' })['apiBaseUrl']).toBe('https://us6.api.mailchimp.com/3.0/')
  })
})

test.each([
  ['10.12.1990', '1990-12-10'],
  ['', undefined],
  [undefined, undefined],
])('Mail.ru writes the date of birth as %s, which is %s', (birthday, birthdate) => {
  expect({ birthdate: undefined, ...changedUser('mailru', { birthday }) }).toMatchObject({ birthdate })
})

describe('Mattermost', () => {
  test.each([
    ['the browser\'s', { useAutomaticTimezone: 'true' }, 'Europe/London'],
    ['the one that the person chose', { useAutomaticTimezone: 'false' }, 'Asia/Tokyo'],
  ])('gives %s as the time zone', (_case, choice, zoneinfo) => {
    const timezone = { automaticTimezone: 'Europe/London', manualTimezone: 'Asia/Tokyo', ...choice }

    expect(changedUser('mattermost', { timezone })).toMatchObject({ zoneinfo })
  })

  test('knows no time zone where it is not told', () => {
    expect(changedUser('mattermost', { timezone: undefined })).not.toHaveProperty('zoneinfo')
  })

  test('does not vouch for an address that is not confirmed', () => {
    expect(changedUser('mattermost', { email_verified: false })).toMatchObject({ emailVerified: false })
  })
})

test.each([
  ['heroku', { verified: true }],
  ['huggingface', { email_verified: false }],
  ['jumpcloud', { email_verified: false }],
  ['keycloak', { email_verified: false }],
  ['logto', { email_verified: false }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

test.each([
  ['harvest', { 'user-agent': '{userAgent}' }],
  ['heroku', { accept: 'application/vnd.heroku+json; version=3' }],
] satisfies [CatalogueName, Record<string, string>][])('%s gets the headers that it insists on', (slug, headers) => {
  expect(catalogue[slug].apiHeaders).toEqual(headers)
})
