import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair, UnsecuredJWT, type JWTPayload } from 'jose'
import { protocol } from '../../../../lib/protocols/oidc/oidc.js'
import type { Context, Tokens } from '../../../../lib/types.js'
import {
  accessToken,
  contextAt,
  finish,
  halfHash,
  signer,
  startAt,
  startFakeOpenid,
  type FakeOpenid,
  type Started,
} from '../../../support/unitOpenid.js'
import { seeded } from '../../../support/unitServer.js'

const right = await generateKeyPair('RS256', { extractable: true })
const wrong = await generateKeyPair('RS256', { extractable: true })

let fake: FakeOpenid
beforeEach(async () => {
  fake = await startFakeOpenid(right)
})
afterEach(async () => {
  await fake.close()
})

async function refused(started: Started, code = 'idtoken_invalid'): Promise<unknown> {
  const thrown: unknown = await finish(started).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ code })
  return thrown
}

describe('The time of an ID Token', () => {
  const now = Math.floor(Date.now() / 1000)

  test.each<[string, JWTPayload, number | undefined, boolean]>([
    ['just made', {}, undefined, true],
    ['from 25 seconds ahead', { iat: now + 25 }, undefined, true],
    ['from a minute and a half ahead', { iat: now + 90 }, undefined, false],
    ['from ten minutes ahead, as of a wrong clock', { iat: now + 600, exp: now + 1200 }, undefined, false],
    ['from ahead by what the entry allows', { iat: now + 55 }, 60, true],
    ['from ahead by more than the entry allows', { iat: now + 25 }, 5, false],
    ['of an hour ago', { iat: now - 3600 }, undefined, true],
    ['of a week ago, still alive', { iat: now - 7 * 86_400 }, undefined, false],
    ['that ended 20 seconds ago', { exp: now - 20 }, undefined, true],
    ['that ended 20 seconds ago where the entry allows 5', { exp: now - 20 }, 5, false],
    ['that ended 45 seconds ago where the entry allows 60', { exp: now - 45 }, 60, true],
    ['that ended 45 seconds ago', { exp: now - 45 }, undefined, false],
    ['that begins in 25 seconds', { nbf: now + 25 }, undefined, true],
    ['that begins in 25 seconds where the entry allows none', { nbf: now + 25 }, 0, false],
  ])('%s', async (_what, change, clockTolerance, accepted) => {
    const started = await startAt(fake, contextAt(fake, clockTolerance === undefined ? {} : { clockTolerance }))
    fake.claims = { ...fake.claims, ...change }
    if (accepted) await expect(finish(started)).resolves.toMatchObject({ user: { id: 'ada' } })
    else {
      await refused(started)
      expect(fake.calls('/userinfo')).toBe(0)
    }
  })

  test.each<[string, unknown, boolean]>([
    ['just now', now, true],
    ['before what was asked for', now - 120, false],
    ['at no time', undefined, false],
    ['as text', String(now), false],
    ['below zero', -1, false],
  ])('says that the person authenticated %s, when maxAge was asked for', async (_what, authTime, accepted) => {
    const started = await startAt(fake, contextAt(fake, { maxAge: 60 }))
    fake.claims = { ...fake.claims, ...(authTime === undefined ? {} : { auth_time: authTime }) }
    if (accepted) await expect(finish(started)).resolves.toBeDefined()
    else await refused(started)
  })
})

describe('The hash of the access token', () => {
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])('is checked under %s', async (alg) => {
    const keys = await generateKeyPair(alg, { extractable: true })
    fake.keys = [{ ...(await exportJWK(keys.publicKey)), kid: 'right' }]
    fake.metadata['id_token_signing_alg_values_supported'] = [alg]
    fake.sign = signer(keys, { alg })
    const hash = alg.startsWith('Ed') ? 'sha512' : `sha${alg.slice(-3)}`
    const good = await startAt(fake)
    fake.claims['at_hash'] = halfHash(hash)
    await expect(finish(good)).resolves.toBeDefined()
    for (const wrongHash of [
      halfHash(hash, 'another token'),
      halfHash(hash === 'sha256' ? 'sha512' : 'sha256'),
      '',
      7,
      null,
      [halfHash(hash)],
    ]) {
      const bad = await startAt(fake, good.context)
      fake.claims['at_hash'] = wrongHash
      expect(await refused(bad)).toMatchObject({ reason: 'at_hash' })
    }
  })

  test('may be left out in the code flow', async () => {
    const started = await startAt(fake)
    const { at_hash: _hash, ...rest } = fake.claims
    fake.claims = rest
    await expect(finish(started)).resolves.toBeDefined()
  })
})

describe('More than six hundred changed ID Tokens', () => {
  let one: FakeOpenid
  let context: Context
  beforeAll(async () => {
    one = await startFakeOpenid(right)
    one.metadata['id_token_signing_alg_values_supported'] = ['RS256', 'ES256', 'HS256', 'none']
    context = contextAt(one)
  })
  afterAll(async () => {
    await one.close()
  })

  const values: unknown[] = [
    undefined,
    null,
    '',
    'other',
    ' ',
    0,
    -1,
    1,
    1.5,
    true,
    false,
    [],
    {},
    ['other'],
    [null],
    [''],
    { value: 'x' },
    '0',
    '9999999999',
    'x'.repeat(5_000),
    [['nested']],
  ]

  /** How many of these tokens were taken for good. */
  async function accepted(tokens: (claims: JWTPayload) => (Promise<string> | string)[]): Promise<{ count: number; taken: number[] }> {
    const taken: number[] = []
    const started = await startAt(one, context)
    const made = await Promise.all(tokens(one.claims).map(async (token) => token))
    for (const [index, token] of made.entries()) {
      // The code and the transaction are the same each time: only the token differs.
      one.answer['id_token'] = token
      await finish(started).then(
        () => taken.push(index),
        () => undefined,
      )
    }
    one.answer = { access_token: accessToken, token_type: 'Bearer' }
    return { count: made.length, taken }
  }

  test('the unchanged one is accepted', async () => {
    expect(await accepted((claims) => [signer(right)(claims)])).toEqual({ count: 1, taken: [0] })
  })

  test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'])('%s dropped, of another kind, or of another value', async (name) => {
    expect((await accepted((claims) => values.map((value) => signer(right)({ ...claims, [name]: value as never })))).taken).toEqual([])
  })

  test.each(['azp', 'at_hash', 'nbf'])('%s of another kind', async (name) => {
    const isWrong = (value: unknown): boolean =>
      value !== undefined && !(name === 'nbf' && typeof value === 'number') && !(name === 'azp' && value === 'the-client')
    expect(
      (await accepted((claims) => values.filter(isWrong).map((value) => signer(right)({ ...claims, [name]: value as never })))).taken,
    ).toEqual([])
  })

  test('for several audiences without a word on which of them it is for', async () => {
    expect(
      (
        await accepted((claims) =>
          [
            ['the-client', 'other'],
            ['other', 'the-client'],
          ].flatMap((aud) => [signer(right)({ ...claims, aud }), signer(right)({ ...claims, aud, azp: 'other' })]),
        )
      ).taken,
    ).toEqual([])
  })

  test.each<[string, object]>([
    ['alg none', { alg: 'none' }],
    ['alg NoNe', { alg: 'NoNe' }],
    ['alg empty', { alg: '' }],
    ['alg a list', { alg: ['RS256'] }],
    ['no alg', { alg: undefined }],
    ['HS256 by name only', { alg: 'HS256' }],
    ['ES256 by name only', { alg: 'ES256' }],
    ['RS384 by name only', { alg: 'RS384' }],
    ['crit', { crit: ['exp'] }],
    ['crit empty', { crit: [] }],
    ['b64', { b64: false, crit: ['b64'] }],
    ['jku', { kid: 'other', jku: 'https://evil.example/keys' }],
    ['kid other', { kid: 'other' }],
    ['kid a number', { kid: 7 }],
  ])('with the header changed: %s', async (_what, change) => {
    expect(
      (
        await accepted((claims) =>
          [signer(right)(claims) as Promise<string>, new UnsecuredJWT(claims).encode()].map(async (made) => {
            const [header = '', payload = '', signature = ''] = (await made).split('.')
            const changed = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), alg: 'RS256', ...change }
            return `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}.${signature}`
          }),
        )
      ).taken,
    ).toEqual([])
  })

  test('with any of the bytes of its signature changed, and with others in their place', async () => {
    const token = await signer(right)((await startAt(one, context), one.claims))
    const [header = '', payload = '', signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const changed = [...bytes.keys()].map((position) => {
      const copy = Buffer.from(bytes)
      copy.writeUInt8(copy.readUInt8(position) ^ 1, position)
      return copy
    })
    const others = [
      Buffer.alloc(0),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
    ]
    const { count, taken } = await accepted(() =>
      [...changed, ...others].map((made) => `${header}.${payload}.${made.toString('base64url')}`),
    )
    expect([count > 260, taken]).toEqual([true, []])
  })

  test('with any of 200 places of its payload changed', async () => {
    const random = seeded(7)
    expect(
      (
        await accepted((claims) =>
          Array.from({ length: 200 }, async () => {
            const [header = '', payload = '', signature = ''] = (await signer(right)(claims)).split('.')
            const at = random(payload.length - 1)
            const other = payload[at] === 'A' ? 'B' : 'A'
            return `${header}.${payload.slice(0, at)}${other}${payload.slice(at + 1)}.${signature}`
          }),
        )
      ).taken,
    ).toEqual([])
  })

  test('of another shape', async () => {
    const { taken } = await accepted((claims) => [
      signer(wrong)(claims),
      signer(wrong, { kid: 'other' })(claims),
      new UnsecuredJWT(claims).encode(),
      Promise.resolve(signer(right)(claims)).then((token) => `${token}.x`),
      Promise.resolve(signer(right)(claims)).then((token) => `${token}.x.y`),
      Promise.resolve(signer(right)(claims)).then((token) => token.split('.').slice(0, 2).join('.')),
      'x',
      '...',
      '....',
      `${'a'.repeat(100_000)}.b.c`,
      Promise.resolve(signer(right)(claims)).then((token) => ` ${token}`),
    ])
    expect(taken).toEqual([])
  })
})

describe('Without keys', () => {
  test.each<[string, () => void]>([
    [
      'that the document names',
      () => {
        delete fake.metadata['jwks_uri']
      },
    ],
    [
      'of any number',
      () => {
        fake.keys = []
      },
    ],
    [
      'that are usable',
      () => {
        fake.keys = [
          { kty: 'oct', k: 'AAAA', kid: 'right' },
          { kty: 'RSA', kid: 'right', n: 'AQ', e: 'AQAB' },
        ]
      },
    ],
    [
      'of this name',
      () => {
        fake.keys = fake.keys.map((key) => ({ ...key, kid: 'other' }))
      },
    ],
    [
      'for signatures',
      () => {
        fake.keys = fake.keys.map((key) => ({ ...key, use: 'enc' }))
      },
    ],
    [
      'that can be told apart',
      () => {
        fake.keys = [...fake.keys, ...fake.keys]
      },
    ],
  ])('%s, nobody is signed in', async (_what, change) => {
    change()
    const thrown: unknown = await finish(await startAt(fake)).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: expect.stringMatching(/^(idtoken_invalid|provider_bad_response|discovery_failed)$/) as unknown })
    expect(fake.calls('/userinfo')).toBe(0)
  })

  test('a key of 1,024 bits is too weak', async () => {
    const { generateKeyPairSync, sign } = await import('node:crypto')
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    fake.keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'right' }]
    fake.sign = (claims) => {
      const input = [{ alg: 'RS256', kid: 'right' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
    }
    await expect(finish(await startAt(fake))).rejects.toMatchObject({
      code: expect.stringMatching(/^(idtoken_invalid|provider_bad_response)$/) as unknown,
    })
  })
})

describe('The algorithms of the entry', () => {
  test.each<[string[], boolean]>([
    [['RS256'], true],
    [['ES256', 'RS256'], true],
    [['ES256'], false],
    [['ES256', 'PS256'], false],
    [['RS512'], false],
  ])('%j', async (idTokenAlgs, accepted) => {
    fake.metadata['id_token_signing_alg_values_supported'] = ['RS256', 'ES256', 'PS256', 'RS512']
    const started = await startAt(fake, contextAt(fake, { idTokenAlgs }))
    if (accepted) await expect(finish(started)).resolves.toBeDefined()
    else await refused(started)
    expect(fake.calls('/userinfo')).toBe(accepted ? 1 : 0)
  })
})

describe('Userinfo', () => {
  test.each<[string, boolean]>([
    ['that discovery names', false],
    ['of the entry', true],
  ])('%s must speak of the same person', async (_what, own) => {
    const context = contextAt(fake, own ? { userinfoEndpoint: `${fake.issuer}/userinfo?own=1` } : {})
    await expect(finish(await startAt(fake, context))).resolves.toMatchObject({ user: { id: 'ada', name: 'Ada' } })
    expect(fake.server.received.at(-1)?.url).toBe(own ? '/userinfo?own=1' : '/userinfo')
    for (const other of [{ sub: 'eve', name: 'Eve' }, { sub: 'ADA' }, { sub: ['ada'] }, { sub: 7 }, { sub: '' }, { name: 'Ada' }, {}]) {
      fake.userinfo = other
      const thrown: unknown = await finish(await startAt(fake, context)).catch((error: unknown) => error)
      expect(thrown).toMatchObject({ code: expect.stringMatching(/^(idtoken_invalid|provider_bad_response)$/) as unknown })
    }
  })

  test('is not asked for where the entry says that the ID Token is all', async () => {
    const started = await startAt(fake, contextAt(fake, { userinfo: false }))
    fake.claims['name'] = 'Of the token'
    await expect(finish(started)).resolves.toMatchObject({ user: { name: 'Of the token' } })
    expect(fake.calls('/userinfo')).toBe(0)
  })

  test('does not say how the person authenticated', async () => {
    fake.userinfo = { sub: 'ada', acr: 'gold', amr: ['x'], auth_time: 5 }
    const started = await startAt(fake)
    fake.claims['acr'] = 'silver'
    const { user } = await finish(started)
    expect([user.acr, user.amr, user.authTime]).toEqual(['silver', undefined, undefined])
  })
})

describe('The nonce', () => {
  test('must not be there when none was sent', async () => {
    const context = contextAt(fake, { nonce: false })
    await expect(finish(await startAt(fake, context))).resolves.toBeDefined()
    const started = await startAt(fake, context)
    fake.claims['nonce'] = 'from where?'
    await refused(started, 'nonce_mismatch')
  })
})

describe('A renewal', () => {
  const previousOf = async (context: Context): Promise<Tokens> => ({
    ...(await finish(await startAt(fake, context))).tokens,
    refreshToken: 'r',
  })
  const renew = (context: Context, tokens: Tokens): Promise<unknown> => protocol.exchange(context, { type: 'refresh_token', tokens })

  test('may bring an ID Token of the same person, or none', async () => {
    const context = contextAt(fake)
    const tokens = await previousOf(context)
    const { nonce: _nonce, ...rest } = fake.claims
    fake.claims = { ...rest, at_hash: halfHash('sha256') }
    await expect(renew(context, tokens)).resolves.toMatchObject({ tokens: { refreshToken: 'r', idToken: expect.any(String) } })
    fake.sign = () => undefined as never
    await expect(renew(context, tokens)).resolves.toMatchObject({ tokens: { idToken: tokens.idToken } })
  })

  test.each<[string, JWTPayload]>([
    ['another person', { sub: 'eve' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['another client', { aud: 'other' }],
    ['the past', { exp: 1 }],
    ['another access token', { at_hash: halfHash('sha256', 'other') }],
  ])('does not bring one of %s', async (_what, change) => {
    const context = contextAt(fake)
    const tokens = await previousOf(context)
    fake.claims = { ...fake.claims, ...change }
    await expect(renew(context, tokens)).rejects.toMatchObject({ code: 'idtoken_invalid' })
  })

  test('may bring the first ID Token, and needs a refresh token', async () => {
    const context = contextAt(fake)
    const { idToken: _idToken, refreshToken: _refreshToken, ...tokens } = await previousOf(context)
    await expect(renew(context, { ...tokens, refreshToken: 'r' })).resolves.toMatchObject({
      tokens: { idToken: expect.any(String) as unknown },
    })
    const before = fake.calls('/token')
    await expect(renew(context, tokens)).rejects.toMatchObject({ code: 'reauth_required' })
    expect(fake.calls('/token')).toBe(before)
  })

  test('by a forged ID Token is none', async () => {
    const context = contextAt(fake)
    const tokens = await previousOf(context)
    fake.sign = signer(wrong)
    await expect(renew(context, tokens)).rejects.toMatchObject({ code: 'idtoken_invalid' })
  })
})

describe('A token answer', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['without an access token', { access_token: undefined }, 'provider_bad_response'],
    ['of another type', { token_type: 'mac' }, 'provider_bad_response'],
    ['of DPoP, which was not asked for', { token_type: 'DPoP' }, 'provider_bad_response'],
    ['without a type', { token_type: undefined }, 'provider_bad_response'],
    ['with an ID Token that is no text', { id_token: 7 }, 'idtoken_invalid'],
  ])('%s is refused', async (_what, change, code) => {
    fake.answer = { ...fake.answer, ...change }
    await refused(await startAt(fake), code)
  })

  test('of a scope less than what was asked for says so', async () => {
    fake.answer['scope'] = 'openid'
    expect((await finish(await startAt(fake, contextAt(fake, { scope: ['openid', 'email'] })))).tokens.scope).toBe('openid')
  })
})
