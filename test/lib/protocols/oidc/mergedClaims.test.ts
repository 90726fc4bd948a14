import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { mergedClaims } from '../../../../lib/protocols/oidc/mergedClaims.js'
import type { RawProfile } from '../../../../lib/types.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../../support/unitOpenid.js'
import { custom, resolve } from '../../config/fixtures.js'

const ada = 'ada@example.com'
const eve = 'eve@example.com'

/** Claims of the ID Token, those of userinfo, and whether the address that comes out is vouched for. */
const cases: [string, RawProfile, RawProfile, string, boolean][] = [
  ['userinfo gives the address, the ID Token the word of another', { email: ada, email_verified: true }, { email: eve }, eve, false],
  ['userinfo gives the address, the ID Token the word of none', { email_verified: true }, { email: eve }, eve, false],
  ['the ID Token gives the address, userinfo the word of none', { email: ada }, { email_verified: true }, ada, false],
  [
    'userinfo has another address than what the ID Token vouches for, and denies its own',
    { email: ada, email_verified: true },
    { email: eve, email_verified: false },
    eve,
    false,
  ],
  ["the addresses differ by a letter's case", { email: ada, email_verified: true }, { email: 'Ada@example.com' }, 'Ada@example.com', false],
  ['userinfo denies what the ID Token said', { email: ada, email_verified: true }, { email: ada, email_verified: false }, ada, false],
  ['both give the address, the ID Token the word', { email: ada, email_verified: true }, { email: ada }, ada, true],
  ['both give the address, userinfo the word', { email: ada }, { email: ada, email_verified: true }, ada, true],
  ['the ID Token gives both', { email: ada, email_verified: true }, {}, ada, true],
  [
    'the ID Token gives both, userinfo denies an address that it does not give',
    { email: ada, email_verified: true },
    { email_verified: false },
    ada,
    true,
  ],
  ['userinfo gives both', {}, { email: ada, email_verified: true }, ada, true],
  ['userinfo gives both of another one', { email: eve, email_verified: false }, { email: ada, email_verified: true }, ada, true],
]

describe('Of a login where', () => {
  let fake: FakeOpenid
  beforeAll(async () => {
    fake = await startFakeOpenid(await generateKeyPair('RS256', { extractable: true }))
  })
  afterAll(() => fake.close())

  test.each(cases)('%s, one and the same source vouches for the address, or none', async (_what, token, userinfo, email, emailVerified) => {
    const started = await startAt(fake)
    Object.assign(fake.claims, token)
    fake.userinfo = { sub: 'ada', ...userinfo }
    const { user } = await finish(started)
    expect(user).toMatchObject({ email, emailVerified })
    expect(user.raw['email_verified'] === true).toBe(emailVerified)
    const own = await startAt(fake, contextAt(fake, { userinfoEndpoint: `${fake.issuer}/userinfo` }))
    Object.assign(fake.claims, token)
    expect((await finish(own)).user).toMatchObject({ email, emailVerified })
  })
})

test('A telephone number is vouched for in the same way', () => {
  expect(mergedClaims({ phone_number: '+1', phone_number_verified: true }, { phone_number: '+2' })).toStrictEqual({ phone_number: '+2' })
  expect(mergedClaims({ phone_number: '+1', phone_number_verified: true }, { phone_number: '+1' })).toEqual({
    phone_number: '+1',
    phone_number_verified: true,
  })
})

test("So is what the entry's own map names", () => {
  const map = { email: 'mail', emailVerified: 'domain_checked' }
  expect(mergedClaims({ mail: ada, domain_checked: true }, { mail: eve }, map)).toEqual({ mail: eve })
  expect(mergedClaims({ mail: ada, domain_checked: true }, { mail: ada }, map)).toEqual({ mail: ada, domain_checked: true })
  expect(mergedClaims({ email: ada, domain_checked: true }, { email: eve }, { email: 'email', emailVerified: 'domain_checked' })).toEqual({
    email: eve,
  })
  expect(mergedClaims({ email: ada, facts: { checked: true } }, { email: eve }, { emailVerified: 'facts.checked' })).toEqual({ email: eve })
})

test.each([
  [{ email: 'upn' }, undefined],
  [{ email: 'upn', emailVerified: 'upn_verified' }, 'upn_verified'],
  [{ email: 'email' }, 'email_verified'],
  [{ username: 'upn' }, 'email_verified'],
])('With the map %j of an entry, %j vouches for its address', (profile, voucher) => {
  expect(resolve({ providers: { corp: { ...custom.oidc, profile } } }).registrations.get('corp')?.provider.profile?.emailVerified).toBe(
    voucher,
  )
})
