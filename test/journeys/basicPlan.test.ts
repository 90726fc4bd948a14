import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair } from 'jose'
import { startRelyingParty, type Answering, type RelyingParty } from '../support/relyingParty.js'
import { signer, startFakeOpenid, type FakeOpenid, type Keys } from '../support/unitOpenid.js'

/** The OpenID Foundation's Basic and Form Post plans for relying parties, by the names of their modules, over a running application. */

let right: Keys
let other: Keys
let fake: FakeOpenid
beforeAll(async () => {
  ;[right, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  fake = await startFakeOpenid(right)
})
afterAll(async () => {
  await fake.close()
})

const claims = (change: Record<string, unknown>): Answering => ({
  before: () => {
    fake.claims = Object.fromEntries(Object.entries({ ...fake.claims, ...change }).filter(([, value]) => value !== undefined))
  },
})
const unsigned = (payload: object): string =>
  `${[{ alg: 'none' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

const accepted: [string, Answering][] = [
  ['oidcc-client-test', {}],
  ['oidcc-client-test-idtoken-sig-rs256', {}],
  ['oidcc-client-test-scope-userinfo-claims', {}],
  [
    'oidcc-client-test-kid-absent-single-jwks',
    {
      before: () => {
        fake.keys = fake.keys.map(({ kid: _kid, ...key }: { kid?: string }) => key)
        fake.sign = signer(right, { kid: undefined as never })
      },
    },
  ],
]

const rejected: [string, Answering, string][] = [
  ['oidcc-client-test-invalid-iss', claims({ iss: 'https://other.example' }), 'idtoken_invalid'],
  ['oidcc-client-test-missing-sub', claims({ sub: undefined }), 'idtoken_invalid'],
  ['oidcc-client-test-invalid-aud', claims({ aud: 'another-client' }), 'idtoken_invalid'],
  ['oidcc-client-test-missing-aud', claims({ aud: undefined }), 'idtoken_invalid'],
  ['oidcc-client-test-missing-iat', claims({ iat: undefined }), 'idtoken_invalid'],
  ['oidcc-client-test-nonce-invalid', claims({ nonce: 'another' }), 'nonce_mismatch'],
  ['oidcc-client-test-invalid-athash', claims({ at_hash: 'another' }), 'idtoken_invalid'],
  ['oidcc-client-test-idtoken-sig-none', { before: () => void (fake.sign = (payload) => unsigned(payload)) }, 'idtoken_invalid'],
  ['oidcc-client-test-invalid-sig-rs256', { before: () => void (fake.sign = signer(other)) }, 'idtoken_invalid'],
]

describe.each(['form_post', 'query'] as const)('With answers by %s,', (responseMode) => {
  let party: RelyingParty
  beforeEach(async () => {
    fake.keys = [{ ...(await exportJWK(right.publicKey)), kid: 'right', use: 'sig' }]
    fake.sign = signer(right)
    fake.userinfo = { sub: 'ada', name: 'Ada', email: 'ada@example.com' }
    // A relying party of its own: what one has learnt of the keys is not the next one's.
    party = await startRelyingParty(fake, { responseMode })
  })

  test.each(accepted)('%s is accepted', async (_module, answering) => {
    expect(await party.login(answering)).toEqual({ signedIn: true, told: '/me', tokenCalls: 1, userinfoCalls: 1 })
    await party.close()
  })

  test.each(rejected)('%s is rejected', async (_module, answering, told) => {
    expect(await party.login(answering)).toEqual({ signedIn: false, told, tokenCalls: 1, userinfoCalls: 0 })
    await party.close()
  })

  test('oidcc-client-test-userinfo-invalid-sub is rejected', async () => {
    fake.userinfo = { sub: 'grace' }
    expect(await party.login()).toEqual({ signedIn: false, told: 'idtoken_invalid', tokenCalls: 1, userinfoCalls: 1 })
    await party.close()
  })

  test('oidcc-client-test-client-secret-basic is accepted', async () => {
    expect(await party.login()).toMatchObject({ signedIn: true })
    const request = fake.server.received.findLast(({ url }) => url === '/token')
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('the-client:the-secret').toString('base64')}`)
    expect(request?.body).not.toContain('client_secret')
    await party.close()
  })

  test('oidcc-client-test-form-post-error is told, and no code is redeemed', async () => {
    const answer: Answering['answer'] = ({ state = '', iss = '' }) => ({ error: 'login_required', state, iss })
    expect(await party.login({ answer })).toEqual({ signedIn: false, told: 'provider_error', tokenCalls: 0, userinfoCalls: 0 })
    await party.close()
  })
})
