import { describe, expect, test } from '@jest/globals'
import { parseJson } from '../../lib/base/json.js'
import { standardClaims, toUser } from '../../lib/profile.js'
import type { AuthUser, ProfileMap, RawProfile } from '../../lib/types.js'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)

function userOf(raw: RawProfile, profile: ProfileMap = standardClaims, claims?: RawProfile): AuthUser {
  return toUser({ sub: 'an-id', ...raw }, { slug: 'invented', profile, claims, now })
}

test('Every standard claim has its field (OpenID Connect Core section 5.1)', () => {
  const address = {
    formatted: 'A street 1',
    locality: 'Town',
    region: 'Shire',
    postal_code: '123',
    country: 'GB',
    street_address: 'not taken',
  }
  expect(
    userOf(
      {
        name: 'Ada Example',
        given_name: 'Ada',
        family_name: 'Example',
        nickname: 'Addie',
        preferred_username: 'ada',
        email: 'ada@example.com',
        email_verified: true,
        picture: 'https://id.example/a.png',
        profile: 'https://id.example/ada',
        website: 'https://ada.example/',
        gender: 'f',
        birthdate: '1815-12-10',
        locale: 'en-GB',
        zoneinfo: 'Europe/London',
        phone_number: '+44 1',
        address,
        admin: true,
      },
      standardClaims,
      { acr: 'silver', amr: ['pwd', 'otp'], auth_time: 1_700_000_000 },
    ),
  ).toEqual({
    provider: 'invented',
    id: 'an-id',
    key: 'invented$an-id',
    username: 'ada',
    name: 'Ada Example',
    givenName: 'Ada',
    familyName: 'Example',
    nickname: 'Addie',
    email: 'ada@example.com',
    emailVerified: true,
    picture: 'https://id.example/a.png',
    profileUrl: 'https://id.example/ada',
    website: 'https://ada.example/',
    gender: 'f',
    birthdate: '1815-12-10',
    locale: 'en-GB',
    zoneinfo: 'Europe/London',
    phoneNumber: '+44 1',
    address: { formatted: 'A street 1', locality: 'Town', region: 'Shire', postalCode: '123', country: 'GB' },
    acr: 'silver',
    amr: ['pwd', 'otp'],
    authTime: '2023-11-14T22:13:20.000Z',
    roles: [],
    loggedInAt: '2026-01-02T03:04:05.000Z',
    raw: expect.objectContaining({ admin: true }) as unknown,
  })
})

test('What is not known is absent', () => {
  const { raw: _raw, ...user } = userOf({ name: null, given_name: '', email: undefined, picture: 'x', address: {}, nickname: '  ' })
  expect(user).toStrictEqual({
    provider: 'invented',
    id: 'an-id',
    key: 'invented$an-id',
    name: 'an-id',
    roles: [],
    loggedInAt: '2026-01-02T03:04:05.000Z',
  })
})

test.each<[RawProfile, string]>([
  [{ name: 'A', given_name: 'B', preferred_username: 'c' }, 'A'],
  [{ given_name: 'B', family_name: 'C', preferred_username: 'd' }, 'B C'],
  [{ family_name: 'C' }, 'C'],
  [{ preferred_username: 'd', nickname: 'e' }, 'd'],
  [{ nickname: 'e', email: 'f@g.example' }, 'e'],
  [{ email: 'f@g.example' }, 'f'],
  [{}, 'an-id'],
])('The name of %j is %s', (raw, name) => {
  expect(userOf(raw).name).toBe(name)
})

describe('The id', () => {
  test.each<[unknown, string]>([
    ['7', '7'],
    [7, '7'],
    [0, '0'],
    [parseJson('12345678901234567890'), '12345678901234567890'],
    ['ü', 'ü'],
    ['a'.repeat(255), 'a'.repeat(255)],
    ['x$y', 'x$y'],
  ])('%p is "%s"', (sub, id) => {
    expect(userOf({ sub })).toMatchObject({ id, key: `invented$${id}` })
  })

  test.each<[unknown]>([
    [undefined],
    [null],
    [''],
    [true],
    [1.5],
    [2 ** 53],
    [NaN],
    [{}],
    [['7']],
    ['a'.repeat(256)],
    ['a\0'],
    ['a\nb'],
    ['\ud800'],
    ['a\udc00'],
  ])('%p is none', (sub) => {
    expect(() => userOf({ sub })).toThrow(expect.objectContaining({ code: 'provider_bad_response', provider: 'invented' }) as never)
  })

  test('comes from where the map says, and never from elsewhere', () => {
    expect(userOf({ data: { id: 9 } }, { id: 'data.id' }).id).toBe('9')
    expect(userOf({ a: 1 }, { id: ({ a }) => `f${String(a)}` }).id).toBe('f1')
    expect(() => userOf({ id: 1 }, {})).toThrow()
    expect(() => userOf({}, { id: 'constructor.name' })).toThrow()
  })
})

describe('An e-mail address', () => {
  const emailOf = (email: unknown, verified: unknown = true): [unknown, unknown] => {
    const user = userOf({ email, email_verified: verified })
    return [user.email, user.emailVerified]
  }

  test.each([
    'ada@example.com',
    'Ada.Love+tag@Example.COM',
    'ä@example.com',
    "o'neil@example.co.uk",
    'a@xn--bcher-kva.example',
    'a@localhost',
    `${'a'.repeat(64)}@example.com`,
  ])('%s is one', (email) => {
    expect(emailOf(email)).toEqual([email, true])
  })

  test.each<[string, unknown]>([
    ['a second at-sign', 'a@evil@corp.com'],
    ['a wide at-sign', 'a\uff20corp.com'],
    ['a wide at-sign before the real one', 'victim\uff20corp.com@evil.example'],
    ['a small at-sign', 'victim\ufe6bcorp.com@evil.example'],
    ['a line break', 'a@corp.com\r\nbcc: x@y'],
    ['a line break in front', 'a\n@corp.com'],
    ['NUL', 'a\0@corp.com'],
    ['white space', 'a b@corp.com'],
    ['a no-break space', 'a\u00a0@corp.com'],
    ['10 KB', `${'a'.repeat(10_000)}@corp.com`],
    ['a long local part', `${'a'.repeat(65)}@corp.com`],
    ['more than 254 characters', `a@${'b.'.repeat(130)}com`],
    ['a list', ['a@corp.com']],
    ['an object', { toString: () => 'a@corp.com' }],
    ['a homograph', 'a@c\u043erp.com'],
    ['the Kelvin sign, a "k" to toLowerCase', 'a@ban\u212a.com'],
    ['the long s, an "s" to toUpperCase', 'a@corp\u017f.com'],
    ['a name in Unicode', 'a@bücher.example'],
    ['quotes', '"a"@corp.com'],
    ['brackets', 'a@[127.0.0.1]'],
    ['a display name', 'Ada <a@corp.com>'],
    ['two addresses', 'a@corp.com,b@evil.example'],
    ['a source route', '@evil.example:a@corp.com'],
    ['no name', '@corp.com'],
    ['no domain', 'a@'],
    ['no at-sign', 'corp.com'],
    ['a dot at the end', 'a@corp.com.'],
    ['two dots', 'a@corp..com'],
    ['a hyphen in front', 'a@-corp.com'],
    ['a label of 64', `a@${'b'.repeat(64)}.com`],
    ['writing turned round', 'a\u202e@corp.com'],
    ['a zero-width space', 'a\u200b@corp.com'],
    ['a lone surrogate', 'a\ud800@corp.com'],
    ['a percent sign in the domain', 'a@corp%2ecom'],
    ['a slash', 'a@corp.com/evil'],
  ])('with %s is none', (_what, email) => {
    expect(emailOf(email)).toEqual([undefined, undefined])
  })

  test.each<[unknown, boolean]>([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [1, false],
    ['1', false],
    ['TRUE', false],
    ['yes', false],
    [null, false],
    [undefined, false],
    [{}, false],
    [[true], false],
  ])('that is verified by %p: %p', (verified, expected) => {
    const user = userOf({ email: 'a@corp.com', email_verified: verified })
    expect(user.emailVerified).toBe(expected)
  })

  test('is looked at in linear time', () => {
    const started = performance.now()
    for (const hostile of [`a@${'a-'.repeat(120)}`, `a@${'a.'.repeat(125)}!`, `${'a'.repeat(64)}@${'-'.repeat(180)}`])
      expect(emailOf(hostile)).toEqual([undefined, undefined])
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('An address of the web', () => {
  test.each<[unknown, string | undefined]>([
    ['https://a.example/p?q#f', 'https://a.example/p?q#f'],
    ['https://a.example', 'https://a.example/'],
    ['http://localhost:1/x', 'http://localhost:1/x'],
    ['http://a.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['//a.example/', undefined],
    ['/x', undefined],
    ['ftp://a.example/', undefined],
    [`https://a.example/${'a'.repeat(2_100)}`, undefined],
    [{ url: 'https://a.example' }, undefined],
    ['', undefined],
    [null, undefined],
  ])('%p becomes %p', (value, expected) => {
    const { picture, profileUrl, website } = userOf({ picture: value, profile: value, website: value })
    expect([picture, profileUrl, website]).toEqual([expected, expected, expected])
  })
})

describe('What a field takes', () => {
  test.each<[unknown]>([[7], [true], [{}], [['x']], [() => 'x'], ['x'.repeat(2_049)], ['\ud800'], [' \t\n']])('%p is no text', (value) => {
    const { raw: _raw, ...user } = userOf({
      name: value,
      given_name: value,
      preferred_username: value,
      locale: value,
      gender: value,
      address: { country: value },
    })
    expect(user).toStrictEqual({
      provider: 'invented',
      id: 'an-id',
      key: 'invented$an-id',
      name: 'an-id',
      roles: [],
      loggedInAt: '2026-01-02T03:04:05.000Z',
    })
  })

  test.each<[unknown, string[] | undefined]>([
    [['a'], ['a']],
    [[], undefined],
    [['a', 7], undefined],
    ['a', undefined],
    [Array.from({ length: 33 }, () => 'a'), undefined],
  ])('amr %p becomes %p', (amr, expected) => {
    expect(userOf({}, standardClaims, { amr }).amr).toEqual(expected)
  })

  test.each<[unknown]>([['1700000000'], [-1], [0], [1e12], [NaN], [Infinity], [null]])('auth_time %p is none', (authTime) => {
    expect(userOf({}, standardClaims, { auth_time: authTime }).authTime).toBeUndefined()
  })

  test('acr, amr and auth_time come from the ID Token only', () => {
    const user = userOf({ acr: 'gold', amr: ['x'], auth_time: 1 })
    expect([user.acr, user.amr, user.authTime]).toEqual([undefined, undefined, undefined])
  })

  test('roles come from nobody, and a __proto__ sent along gives none', () => {
    const raw = parseJson('{"sub":"x","roles":["admin"],"__proto__":{"admin":true,"roles":["admin"]}}') as RawProfile
    const user = toUser(raw, { slug: 'invented', profile: standardClaims, now })
    expect(user.roles).toEqual([])
    expect((user as { admin?: unknown }).admin).toBeUndefined()
    expect(Object.getPrototypeOf(user)).toBe(Object.prototype)
  })
})
