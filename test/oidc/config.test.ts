import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals'
import { exportJWK } from 'jose'
import { authRouter, type ProviderEntry } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { clientId, keyPair, publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { accepted, clientSecret, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/** Discovery and keys, by the names of the OpenID Foundation's tests of relying parties: Config plan; and what an entry may say of keys. */

let op: MockOp
let rp: RelyingParty
beforeEach(async () => {
  op = await startMockOp()
  rp = await startRelyingParty(op)
})
afterEach(async () => {
  await rp.close()
  await op.close()
})

async function withEntry(entry: ProviderEntry): Promise<void> {
  await rp.close()
  rp = await startRelyingParty(op, entry)
}

describe('Config plan', () => {
  it('oidcc-client-test-discovery-openid-config', async () => {
    expect(await rp.signIn()).toMatchObject(accepted)
    expect(await rp.signIn()).toMatchObject(accepted)
    expect(op.calls('/.well-known/openid-configuration')).toBe(1)
  })

  it('oidcc-client-test-discovery-jwks-uri-keys', async () => {
    expect(await rp.signIn()).toMatchObject(accepted)
    expect(await rp.signIn()).toMatchObject(accepted)
    expect(op.calls('/keys')).toBe(1)
  })

  it.each([['https://other.example'], ['of a path'], [undefined], [7]])(
    'oidcc-client-test-discovery-issuer-mismatch: %s',
    async (issuer) => {
      op.metadata['issuer'] = issuer === 'of a path' ? `${op.issuer}/other` : issuer
      const outcome = await rp.signIn()
      expect(outcome.user).toBeUndefined()
      expect(outcome.error).toMatch(/^(?:discovery_failed|provider_bad_response)$/)
      expect(op.calls('/token')).toBe(0)
    },
  )

  it('oidcc-client-test-signing-key-rotation', async () => {
    expect(await rp.signIn()).toMatchObject(accepted)
    op.keys = [await publicJwk('RS256', 'next')]
    op.sign = signedBy('RS256', 'next')
    expect(await rp.signIn()).toMatchObject(accepted)
    expect(op.calls('/keys')).toBe(2)
    // The old key is none any more.
    op.sign = signedBy('RS256')
    expect(await rp.signIn()).toMatchObject(refused('no usable key'))
  })

  it('oidcc-client-test-signing-key-rotation-just-before-signing', async () => {
    expect(await rp.signIn()).toMatchObject(accepted)
    op.sign = async (claims) => {
      op.keys = [await publicJwk('RS256', 'next')]
      return signedBy('RS256', 'next')(claims)
    }
    expect(await rp.signIn()).toMatchObject(accepted)
  })
})

describe('Keys of the entry', () => {
  test('are all it takes: none are fetched', async () => {
    await withEntry({ jwks: { keys: [await publicJwk('RS256')] } })
    expect(await rp.signIn()).toMatchObject(accepted)
    op.sign = signedBy('RS256', 'next')
    expect(await rp.signIn()).toMatchObject(refused('no usable key'))
    expect(op.calls('/keys')).toBe(0)
  })

  test('or their address stand beside discovery, or in its place', async () => {
    const endpoints = { authorizationEndpoint: `${op.issuer}/authorize`, tokenEndpoint: `${op.issuer}/token` }
    const jwks = { keys: [await publicJwk('RS256')] }
    const jwksUri = `${op.issuer}/keys?own`
    for (const entry of [{ jwksUri }, { discovery: false, ...endpoints, jwksUri }, { discovery: false, ...endpoints, jwks }]) {
      await withEntry(entry)
      expect(await rp.signIn()).toMatchObject(accepted)
    }
    expect(op.received.filter(({ url }) => url.startsWith('/keys')).map(({ url }) => url)).toEqual(['/keys?own', '/keys?own'])
  })

  test('are not needed where the client secret signs', async () => {
    await withEntry({
      discovery: false,
      authorizationEndpoint: `${op.issuer}/authorize`,
      tokenEndpoint: `${op.issuer}/token`,
      idTokenAlgs: ['HS256'],
    })
    const { SignJWT } = await import('jose')
    op.sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(clientSecret))
    expect(await rp.signIn()).toMatchObject(accepted)
  })
})

describe('Refused at start is', () => {
  const mistake = (entry: ProviderEntry) => (): unknown =>
    authRouter({
      secret: testSecret,
      baseUrl: 'http://localhost',
      logger: false,
      providers: { corp: { protocol: 'oidc', issuer: 'https://id.example', clientId, clientSecret, ...entry } },
    })

  test.each<[string, unknown, RegExp]>([
    ['a list', [], /jwks must be a JWK Set/],
    ['a set without keys', { keys: [] }, /jwks must be a JWK Set/],
    ['a set of texts', { keys: ['x'] }, /jwks must be a JWK Set/],
    ['JSON text', '{"keys":[]}', /jwks must be a JWK Set/],
    ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA' }] }, /jwks must hold public keys only/],
    ['a key of no kind', { keys: [{ kid: 'a' }] }, /jwks must hold keys that can be read/],
    ['a key of another kind', { keys: [{ kty: 'DSA' }] }, /jwks must hold keys that can be read/],
    ['a key without its number', { keys: [{ kty: 'RSA', e: 'AQAB' }] }, /jwks must hold keys that can be read/],
    ['a short key', { keys: [{ kty: 'RSA', e: 'AQAB', n: 'v'.repeat(170) }] }, /jwks must hold keys that can be read/],
    ['a point off the curve', { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }, /jwks must hold keys that can be read/],
  ])('%s as jwks', (_what, jwks, message) => {
    expect(mistake({ jwks } as ProviderEntry)).toThrow(message)
  })

  test('a private key among the public ones', async () => {
    const key = await exportJWK((await keyPair('RS256')).privateKey)
    expect(mistake({ jwks: { keys: [await publicJwk('RS256'), key as Record<string, unknown>] } })).toThrow(
      /providers\.corp\.jwks must hold public keys only, and one of these is private/,
    )
  })

  test('a second place for keys', async () => {
    expect(mistake({ jwks: { keys: [await publicJwk('RS256')] }, jwksUri: 'https://id.example/keys' })).toThrow(
      'providers.corp.jwks and jwksUri are two places for the same keys: leave one of them out.',
    )
  })

  test.each<[string, ProviderEntry, RegExp]>([
    ['HS256 with 31 bytes', { idTokenAlgs: ['HS256'], clientSecret: 'x'.repeat(31) }, /clientSecret must have 32 bytes or more/],
    ['HS384 with 47 bytes', { idTokenAlgs: ['RS256', 'HS384'], clientSecret: 'x'.repeat(47) }, /clientSecret must have 48 bytes or more/],
    ['HS512 with 63 bytes', { idTokenAlgs: ['HS256', 'HS512'], clientSecret: 'x'.repeat(63) }, /clientSecret must have 64 bytes or more/],
    [
      'HS256 without a secret',
      { idTokenAlgs: ['HS256'], clientSecret: undefined, clientAuth: 'none' } as never,
      /a public client has none/,
    ],
    ['HS256 of a public client', { idTokenAlgs: ['HS256'], clientAuth: 'none' }, /a public client has none/],
    ['none', { idTokenAlgs: ['none'] }, /idTokenAlgs\[0\] must be an algorithm of signatures/],
    ['HS1', { idTokenAlgs: ['HS1'] }, /idTokenAlgs\[0\] must be an algorithm of signatures/],
  ])('%s', (_what, entry, message) => {
    expect(mistake(entry)).toThrow(message)
  })

  test.each(['HS256', 'HS384', 'HS512'])('not %s with a secret that is just long enough, in bytes', (algorithm) => {
    const bytes = Number(algorithm.slice(2)) / 8
    expect(mistake({ idTokenAlgs: [algorithm], clientSecret: 'ü'.repeat(bytes / 2) })).not.toThrow()
  })
})
