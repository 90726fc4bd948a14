import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createBrowser } from '../support/browser.js'
import { startRelyingParty, type Answering, type RelyingParty } from '../support/relyingParty.js'
import { startStrictApplication } from '../support/strictApplication.js'
import { startStrictProvider } from '../support/strictProvider.js'
import { signer, startFakeOpenid, type FakeOpenid, type Keys } from '../support/unitOpenid.js'

/** The OpenID Foundation's FAPI 2.0 Security Profile for clients, by the names of its modules, over a running application. */

const prefix = 'fapi2-security-profile-final-client-test'

test(`${prefix}-happy-path: pushed request, private_key_jwt, DPoP and iss, by issuer, id and key alone`, async () => {
  const provider = await startStrictProvider({
    features: {
      fapi: { enabled: true, profile: '2.0' },
      dPoP: { enabled: true },
      requestObjects: { enabled: false },
    } as never,
  })
  const app = await startStrictApplication(provider, {
    entry: () => ({ dpop: true }),
    metadata: { dpop_bound_access_tokens: true, request_object_signing_alg: undefined },
  })
  const browser = createBrowser()
  await browser.go(`${app.url}/auth/corp?returnTo=/me`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id', email: 'ada@example.com' })
  const [token] = provider.calls('/token')
  expect(token).toMatchObject({ status: 200, answer: { token_type: 'DPoP' }, headers: { dpop: expect.any(String) as unknown } })
  await app.close()
  await provider.close()
})

let right: Keys
let ec: Keys
let fake: FakeOpenid
let party: RelyingParty
beforeAll(async () => {
  ;[right, ec] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('ES256')])
})
beforeEach(async () => {
  fake = await startFakeOpenid(right)
  fake.metadata['authorization_response_iss_parameter_supported'] = true
  fake.keys.push({ ...(await exportJWK(ec.publicKey)), kid: 'ec', use: 'sig' })
  party = await startRelyingParty(fake)
})
afterEach(async () => {
  await party.close()
  await fake.close()
})

const claims = (change: Record<string, unknown>): Answering => ({
  before: () => {
    fake.claims = Object.fromEntries(Object.entries({ ...fake.claims, ...change }).filter(([, value]) => value !== undefined))
  },
})
const without = (name: string): Answering => ({
  answer: (parameters) => Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== name)),
})
const unsigned = (payload: object): string =>
  `${[{ alg: 'none' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

describe('An authorization response is refused, and its code is not redeemed:', () => {
  test.each<[string, Answering, string]>([
    ['ensure-authorization-response-with-invalid-state-fails', { answer: (given) => ({ ...given, state: 'another' }) }, 'state_mismatch'],
    ['ensure-authorization-response-with-invalid-missing-state-fails', without('state'), 'state_missing'],
    ['invalid-authorization-response-iss', { answer: (given) => ({ ...given, iss: 'https://other.example' }) }, 'issuer_mismatch'],
    ['remove-authorization-response-iss', without('iss'), 'issuer_missing'],
  ])(`${prefix}-%s`, async (_module, answering, told) => {
    expect(await party.login(answering)).toEqual({ signedIn: false, told, tokenCalls: 0, userinfoCalls: 0 })
  })

  test.each(['/', ':443', '?', '#'])('case 65: an issuer with %p more', async (more) => {
    const outcome = await party.login({ answer: (given) => ({ ...given, iss: `${given['iss'] ?? ''}${more}` }) })
    expect(outcome).toMatchObject({ signedIn: false, told: 'issuer_mismatch', tokenCalls: 0 })
  })

  test('case 66: an error of another issuer', async () => {
    const outcome = await party.login({
      answer: ({ state = '' }) => ({ error: 'access_denied', state, iss: 'https://other.example' }),
    })
    expect(outcome).toMatchObject({ signedIn: false, told: 'issuer_mismatch', tokenCalls: 0 })
  })
})

describe('An ID Token is refused, and no userinfo is read:', () => {
  test.each<[string, Answering, string]>([
    ['invalid-iss', claims({ iss: 'https://other.example' }), 'idtoken_invalid'],
    ['invalid-aud', claims({ aud: 'another' }), 'idtoken_invalid'],
    ['invalid-nonce', claims({ nonce: 'another' }), 'nonce_mismatch'],
    ['invalid-expired-exp', claims({ exp: Math.floor(Date.now() / 1000) - 3600 }), 'idtoken_invalid'],
    ['invalid-missing-exp', claims({ exp: undefined }), 'idtoken_invalid'],
    ['invalid-missing-iss', claims({ iss: undefined }), 'idtoken_invalid'],
    ['invalid-missing-aud', claims({ aud: undefined }), 'idtoken_invalid'],
    ['invalid-missing-nonce', claims({ nonce: undefined }), 'nonce_mismatch'],
    ['invalid-secondary-aud', claims({ aud: ['the-client', 'another'] }), 'idtoken_invalid'],
    [
      'invalid-alternate-alg',
      {
        before: () => {
          fake.sign = (payload) => new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'ec' }).sign(ec.privateKey)
        },
      },
      'idtoken_invalid',
    ],
    ['invalid-null-alg', { before: () => void (fake.sign = (payload) => unsigned(payload)) }, 'idtoken_invalid'],
  ])(`${prefix}-%s`, async (_module, answering, told) => {
    expect(await party.login(answering)).toEqual({ signedIn: false, told, tokenCalls: 1, userinfoCalls: 0 })
  })
})

describe('A login succeeds:', () => {
  test.each<[string, Answering]>([
    ['valid-aud-as-array', claims({ aud: ['the-client'] })],
    ['token-type-case-insensitivity', { before: () => void (fake.answer['token_type'] = 'bEaReR') }],
    ['token-endpoint-response-without-expires_in', { before: () => void (fake.answer['expires_in'] = undefined) }],
  ])(`${prefix}-%s`, async (_module, answering) => {
    expect(await party.login(answering)).toEqual({ signedIn: true, told: '/me', tokenCalls: 1, userinfoCalls: 1 })
  })

  test('and the control of all of these does', async () => {
    expect(await party.login({ before: () => void (fake.sign = signer(right)) })).toMatchObject({ signedIn: true })
  })
})
