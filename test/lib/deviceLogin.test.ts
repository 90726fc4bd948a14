import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { deviceLogin } from '../../lib/deviceLogin.js'
import type { LoginResult } from '../../lib/callback.js'
import { contextAt, signer, startAt, startFakeOpenid, type FakeOpenid, type Keys } from '../support/unitOpenid.js'

/** The ID Token of a device's login is checked as that of any other. */

let keys: Keys
let fake: FakeOpenid
beforeAll(async () => {
  keys = await generateKeyPair('RS256')
})
beforeEach(async () => {
  fake = await startFakeOpenid(keys)
  // Claims of a right answer; no login of a browser follows.
  await startAt(fake)
  delete fake.claims['nonce']
})
afterEach(() => fake.close())

const asked = (): Promise<LoginResult> =>
  deviceLogin(contextAt(fake), { grant: { type: 'device_code', deviceCode: 'd', scope: ['openid'] }, interval: 0.01, expiresIn: 60 })

test('A right one signs in', async () => {
  expect(await asked()).toMatchObject({ user: { id: 'ada', name: 'Ada' }, tokens: { accessToken: 'the access token', scope: 'openid' } })
})

test.each<[string, () => void | Promise<void>]>([
  ['of another issuer', () => void (fake.claims.iss = 'https://other.example')],
  ['for another client', () => void (fake.claims.aud = 'other')],
  ['for another party', () => void (fake.claims['azp'] = 'other')],
  ['of yesterday', () => void (fake.claims.iat = Number(fake.claims.iat) - 2 * 24 * 3600)],
  ['that has ended', () => void (fake.claims.exp = Number(fake.claims.iat) - 600)],
  ['for another access token', () => void (fake.claims['at_hash'] = 'AAAAAAAAAAAAAAAAAAAAAA')],
  [
    'that somebody else has signed',
    async () => {
      fake.sign = signer(await generateKeyPair('RS256'))
    },
  ],
  ['of another user than the profile', () => void (fake.userinfo = { sub: 'grace' })],
])('One %s is refused', async (_what, spoil) => {
  await spoil()
  await expect(asked()).rejects.toMatchObject({ code: 'idtoken_invalid' })
})

test('An answer without one is refused', async () => {
  fake.answer = { ...fake.answer, id_token: { toJSON: () => undefined } }
  await expect(asked()).rejects.toMatchObject({ code: 'idtoken_invalid', reason: 'missing' })
})
