import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { AuthUser, ClientAuthFunction } from '../../lib/types.js'
import apple from '../../providers/apple.js'
import { examplePrivateKey } from './exampleKey.js'
import { userOf } from './fixtures.js'
import { quirksOf } from './quirks.js'

const { changedUser, fixture } = quirksOf('apple', apple)

describe('the client secret of Apple', () => {
  const parameters = { teamId: 'A1B2C3D4E5', keyId: 'F6G7H8I9J0' }

  function formFor(asking: { privateKey?: string }): URLSearchParams {
    const form = new URLSearchParams({ code: 'the-code' })
    const authenticate = apple.clientAuth as ClientAuthFunction
    authenticate({
      endpoint: 'https://appleid.apple.com/auth/token',
      clientId: 'com.example.web',
      clientSecret: 'not-a-jwt',
      client: { clientId: 'com.example.web', parameters, ...asking },
      headers: new Headers(),
      form,
    })
    return form
  }

  test('is a JWT about the application, for five minutes', () => {
    const before = Math.floor(Date.now() / 1000)
    const form = formFor({ privateKey: examplePrivateKey() })
    const [header, claims] = (form.get('client_secret') ?? '')
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)

    expect(form.get('client_id')).toBe('com.example.web')
    expect(form.get('code')).toBe('the-code')
    expect(header).toEqual({ alg: 'ES256', kid: 'F6G7H8I9J0' })
    expect(claims).toEqual({
      iss: 'A1B2C3D4E5',
      sub: 'com.example.web',
      aud: 'https://appleid.apple.com',
      iat: expect.any(Number),
      exp: Number(claims?.['iat']) + 300,
    })
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
    const { callback: _documented, ...rest } = fixture
    return userOf('apple', apple, { ...rest, ...(user === undefined ? {} : { callback: { user } }) })
  }

  test('names the person in the callback, which is asked to come as a form', () => {
    expect(apple).toMatchObject({ responseMode: 'form_post', callbackParameters: ['user'] })
    expect(userAfter('{"name":{"firstName":"Ada","lastName":"Example"}}')).toMatchObject({
      name: 'Ada Example',
      givenName: 'Ada',
      familyName: 'Example',
    })
  })

  test.each([undefined, '', 'not JSON', 'null', '[]', '"Ada"', '{}', '{"name":null}', '{"name":"Ada"}', '{"name":{"firstName":7}}'])(
    'signs a person in whose name the callback gives as %j',
    (user) => {
      expect(userAfter(user)).toMatchObject({ id: fixture.user.id, email: 'ada@example.com', emailVerified: true })
      expect(userAfter(user)).not.toHaveProperty('givenName')
    },
  )

  test('takes no more than the name out of the callback, which is not signed', () => {
    const user = userAfter('{"sub":"other","email":"other@example.com","email_verified":true,"name":{"firstName":"Ada"}}')

    expect(user).toMatchObject({ id: fixture.user.id, email: 'ada@example.com', givenName: 'Ada' })
    expect(JSON.stringify(user.raw)).not.toContain('other')
  })

  test.each([
    [true, true],
    ['true', true],
    ['false', false],
    [false, false],
    [undefined, false],
  ])('with email_verified %j says %s', (claim, verified) => {
    expect(changedUser({ email_verified: claim })).toMatchObject({ emailVerified: verified })
  })
})
