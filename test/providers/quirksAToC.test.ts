import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../lib/protocols/authorizationRequest.js'
import type { AuthUser, ClientAuthFunction, Context, Provider, RawProfile } from '../../lib/types.js'
import { catalogue, type CatalogueName } from '../../providers/index.js'
import { changedUser } from './changedUser.js'
import { examplePrivateKey } from './exampleKey.js'
import { addresses, completeMap, readFixture, userOf } from './fixtures.js'

function authorizationParameters(provider: Provider): Record<string, string> {
  const context = { provider, client: { clientId: 'example-client' }, redirectUri: 'https://app.example/callback' } as unknown as Context
  return authorizationRequest(context, {}, { withNonce: false }).parameters
}

describe('the client secret of Apple', () => {
  const parameters = { teamId: 'A1B2C3D4E5', keyId: 'F6G7H8I9J0' }

  function formFor(client: { privateKey?: string }): URLSearchParams {
    const form = new URLSearchParams({ code: 'the-code' })
    const authenticate = catalogue.apple.clientAuth as ClientAuthFunction
    authenticate({ endpoint: 'https://appleid.apple.com/auth/token', clientId: 'com.example.web', clientSecret: 'not-a-jwt',
      client: { clientId: 'com.example.web', parameters, ...client }, headers: new Headers(), form })
    return form
  }

  test('is a JWT about the application, for five minutes', () => {
    const before = Math.floor(Date.now() / 1000)
    const form = formFor({ privateKey: examplePrivateKey() })
    const [header, claims] = (form.get('client_secret') ?? '').split('.').slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)

    expect(form.get('client_id')).toBe('com.example.web')
    expect(form.get('code')).toBe('the-code')
    expect(header).toEqual({ alg: 'ES256', kid: 'F6G7H8I9J0' })
    expect(claims).toEqual({ iss: 'A1B2C3D4E5', sub: 'com.example.web', aud: 'https://appleid.apple.com',
      iat: expect.any(Number), exp: Number(claims?.['iat']) + 300 })
    expect(claims?.['iat']).toBeGreaterThanOrEqual(before)
  })

  test.each([
    ['as it is', (pem: string) => pem],
    ['indented', (pem: string) => pem.replace(/^/gm, '    ')],
  ])('is signed by the private key, its text %s', (_case, written) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const [header, claims, signature = ''] = (formFor({ privateKey: written(pem) }).get('client_secret') ?? '').split('.')
    const key = { key: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), dsaEncoding: 'ieee-p1363' } as const

    expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('cannot be made without a private key', () => {
    expect(() => formFor({})).toThrow('privateKey is missing')
  })
})

describe('Apple', () => {
  const userAfter = (user: string | undefined): AuthUser => {
    const { callback: _documented, ...fixture } = readFixture('apple')
    return userOf('apple', catalogue.apple, { ...fixture, ...(user === undefined ? {} : { callback: { user } }) })
  }

  test('names the person in the callback, which is asked to come as a form', () => {
    expect(catalogue.apple).toMatchObject({ responseMode: 'form_post', callbackParameters: ['user'] })
    expect(userAfter('{"name":{"firstName":"Ada","lastName":"Example"}}')).toMatchObject({ name: 'Ada Example', givenName: 'Ada', familyName: 'Example' })
  })

  test.each([undefined, '', 'not JSON', 'null', '[]', '"Ada"', '{}', '{"name":null}', '{"name":"Ada"}', '{"name":{"firstName":7}}'])(
    'signs a person in whose name the callback gives as %j', (user) => {
      expect(userAfter(user)).toMatchObject({ id: readFixture('apple').user.id, email: 'ada@example.com', emailVerified: true })
      expect(userAfter(user)).not.toHaveProperty('givenName')
    })

  test('takes no more than the name out of the callback, which is not signed', () => {
    const user = userAfter('{"sub":"other","email":"other@example.com","email_verified":true,"name":{"firstName":"Ada"}}')

    expect(user).toMatchObject({ id: readFixture('apple').user.id, email: 'ada@example.com', givenName: 'Ada' })
    expect(JSON.stringify(user.raw)).not.toContain('other')
  })

  test.each([[true, true], ['true', true], ['false', false], [false, false], [undefined, false]])('with email_verified %j says %s', (claim, verified) => {
    expect(changedUser('apple', { email_verified: claim })).toMatchObject({ emailVerified: verified })
  })
})

test.each([
  ['adfs', { email_verified: true }],
  ['battlenet', { email_verified: true, email: 'ada@example.com' }],
  ['cilogon', { email_verified: true }],
  ['cognito', { email_verified: 'false' }],
  ['adobe', { email_verified: false }],
  ['auth0', { email_verified: false }],
  ['authentik', { email_verified: false }],
  ['atlassian', { email_verified: false }],
  ['bitly', { emails: [{ email: 'ada@example.com', is_primary: true, is_verified: false }, { email: 'old@example.com', is_verified: true }] }],
  ['airtable', { email_verified: true }],
  ['box', { email_verified: true }],
] satisfies [CatalogueName, RawProfile][])('%s does not vouch for an address with %j', (slug, changes) => {
  expect(changedUser(slug, changes)).toMatchObject({ email: 'ada@example.com', emailVerified: false })
})

describe('Bitbucket', () => {
  test('gives an unconfirmed primary address as unverified', () => {
    const values = [
      { email: 'old@example.com', is_primary: false, is_confirmed: true },
      { email: 'new@example.com', is_primary: true, is_confirmed: false },
    ]

    expect(changedUser('bitbucket', {}, { emails: { values } })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test('signs a person in who withholds the addresses', () => {
    expect(changedUser('bitbucket', {}, {})).not.toHaveProperty('email')
  })
})

describe('a picture that is made of a part of its address', () => {
  const portrait = 'https://tb.himg.baidu.com/sys/portrait/item/d3f3'
  const bungie = (profilePicturePath: unknown): RawProfile => ({ Response: { bungieNetUser: { membershipId: '97293513', profilePicturePath } } })

  test.each([
    ['baidu', { portrait: 'd3f3' }, portrait],
    ['baidu', { portrait: undefined }, undefined],
    ['baidu', { portrait: 7 }, undefined],
    ['bungie', bungie('/img/ada.gif'), 'https://www.bungie.net/img/ada.gif'],
    ['bungie', bungie('.example.com/ada.gif'), undefined],
    ['bungie', bungie(null), undefined],
  ] satisfies [CatalogueName, RawProfile, string | undefined][])('at %s with %j', (slug, changes, picture) => {
    expect(changedUser(slug, changes).picture).toBe(picture)
  })

  test('is left out where Bungie says nothing of the person', () => {
    const picture = completeMap(catalogue.bungie).picture as (raw: RawProfile) => unknown

    expect([{}, { Response: {} }].map((raw) => picture(raw))).toEqual([undefined, undefined])
  })
})

test('Baidu names the person by the openid, not by the userid that is on its way out', () => {
  expect(changedUser('baidu', { userid: '1', uid: '2' })).toMatchObject({ id: 'oPXyY4O0ZTmUqSX4MRxYDDCccT6Kc9A' })
  expect(() => changedUser('baidu', { openid: undefined })).toThrow('no usable id')
})

test('Box has the address as one text, which may be empty', () => {
  expect(changedUser('box', { address: '1 Example Road' })).toMatchObject({ address: { formatted: '1 Example Road' } })
  expect(changedUser('box', { address: '' })).not.toHaveProperty('address')
})

test.each([
  ['adobe', { scope: 'openid,profile,email,AdobeID' }],
  ['atlassian', { audience: 'api.atlassian.com', prompt: 'consent', scope: 'read:me' }],
  ['basecamp', { type: 'web_server', response_type: 'code' }],
] as const)('%s is asked with parameters of its own', (slug, expected) => {
  expect(authorizationParameters(catalogue[slug])).toMatchObject(expected)
})

test.each(['anilist', 'basecamp', 'bitly', 'box', 'bungie', 'clickup'] as const)('%s, which has no scopes to ask for, is sent none', (slug) => {
  expect(authorizationParameters(catalogue[slug])).not.toHaveProperty('scope')
})

test.each(['atlassian', 'auth0', 'authelia', 'authentik', 'clerk', 'adobe'] as const)('%s is asked for a refresh token by a scope', (slug) => {
  expect(authorizationParameters({ ...catalogue[slug], offline: true })['scope']).toContain('offline_access')
  expect(authorizationParameters(catalogue[slug])['scope']).not.toContain('offline_access')
})

test('Basecamp tells a renewal from a sign-in by a type', () => {
  expect(catalogue.basecamp).toMatchObject({ tokenParams: { type: 'web_server' }, refreshParams: { type: 'refresh' } })
})

test('servers of one\'s own are found by their parameters, below a path too', () => {
  expect(addresses(catalogue.authelia, { host: 'example.com/auth' })).toMatchObject({ issuer: 'https://example.com/auth' })
  expect(addresses(catalogue.authentik, { host: 'example.com/id', app: 'shop' })).toMatchObject({ issuer: 'https://example.com/id/application/o/shop/' })
  expect(addresses(catalogue.battlenet, { host: 'oauth.battlenet.com.cn' })).toMatchObject({ issuer: 'https://oauth.battlenet.com.cn' })
  expect(addresses(catalogue.cognito, { region: 'us-east-2', userPoolId: 'us-east-2_Zz1' }))
    .toMatchObject({ issuer: 'https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Zz1' })
})
