import { createHmac, sign as signBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { protocol } from '../../../../lib/protocols/headerJwt/headerJwt.js'
import type { HeaderIdentity } from '../../../../lib/model/protocol.js'
import type { ResolvedProvider } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'
import { proxyKey, seconds, signedBy, startKeyServer, type KeyServer, type Signing } from '../../../support/identityProxy.js'

const right = proxyKey('right')
const other = proxyKey('other')
const rsa = proxyKey('rsa', 'RS256')
const header = 'x-proxy-jwt'
const audience = '/projects/1/apps/shop'
const issuer = 'https://proxy.example/iap'

let server: KeyServer
beforeAll(async () => {
  server = await startKeyServer(right, rsa)
})
afterAll(async () => {
  await server.close()
})

const entry = (): Partial<ResolvedProvider> => ({
  protocol: 'header-jwt',
  discovery: false,
  header,
  issuer,
  audience: [audience, 'another'],
  jwksUri: server.jwksUri,
})

const provider = (changed: Partial<ResolvedProvider> = {}): Partial<ResolvedProvider> => ({ ...entry(), ...changed })

function identify(jwt: string | undefined, changed: Partial<ResolvedProvider> = {}): Promise<HeaderIdentity | undefined> {
  const context = contextFor({ provider: provider(changed), client: { clientId: '' } })
  return protocol.identify(context, (name) => (name === header ? jwt : undefined))
}

const claims = (): Record<string, unknown> => ({
  iss: issuer,
  aud: audience,
  sub: 'accounts.example:7',
  email: 'ada@example.com',
  iat: seconds(),
  exp: seconds() + 600,
})

const jwt = (changed: Record<string, unknown> = {}, signing?: Signing): string => signedBy(right, { ...claims(), ...changed }, signing)
const without = (name: string): string => signedBy(right, Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name)))
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string]

describe('A header that verifies', () => {
  test('says who sends the request, and until when', async () => {
    await expect(identify(jwt())).resolves.toMatchObject({
      tokenSet: { claims: { sub: 'accounts.example:7', email: 'ada@example.com' } },
      expiresAt: expect.closeTo(seconds() + 630, -1),
    })
  })

  test.each([
    ['for several receivers, one of which is this application', () => jwt({ aud: ['x', audience] })],
    ['for the second of the receivers that are listed', () => jwt({ aud: 'another' })],
    ['with another algorithm of public keys', () => signedBy(rsa, claims())],
    ['not yet issued by a clock that is a little ahead', () => jwt({ iat: seconds() + 20, nbf: seconds() + 20 })],
    ['over for a clock that is a little behind', () => jwt({ exp: seconds() - 20 })],
    ['without a time of issue', () => without('iat')],
    ['with a type', () => jwt({}, { header: { typ: 'JWT' } })],
  ])('may be %s', async (_name, make) => {
    await expect(identify(make())).resolves.toMatchObject({ tokenSet: { claims: { sub: 'accounts.example:7' } } })
  })

  test.each([undefined, ''])('is there, and not %p', async (value) => {
    await expect(identify(value)).resolves.toBeUndefined()
  })

  test('is of the algorithms that the entry lists, where it lists some', async () => {
    await expect(identify(signedBy(rsa, claims()), { idTokenAlgs: ['ES256'] })).rejects.toMatchObject({ reason: 'algorithm' })
    await expect(identify(jwt(), { idTokenAlgs: ['ES256'] })).resolves.toBeDefined()
  })
})

const now = seconds()
const pem = right.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const embedded = other.publicKey.export({ format: 'jwk' })
const hmac = (key: string, algorithm = 'HS256'): string => {
  const input = `${part({ alg: algorithm, kid: 'right' })}.${part(claims())}`
  return `${input}.${createHmac(`sha${algorithm.slice(2)}`, key)
    .update(input)
    .digest('base64url')}`
}
const derSignature = (): string => {
  const input = parts(jwt()).slice(0, 2).join('.')
  return `${input}.${signBytes('sha256', Buffer.from(input), right.privateKey).toString('base64url')}`
}

/** What is wrong, the token, and what it is refused for. */
const mutants: [string, () => string, string][] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): [string, () => string, string][] => [
    [`alg ${alg} without a signature`, () => `${part({ alg })}.${part(claims())}.`, 'token'],
    [`alg ${alg} with a signature`, () => `${part({ alg, kid: 'right' })}.${part(claims())}.${parts(jwt())[2]}`, 'algorithm'],
  ]),
  ['HS256 with the public key as text', () => hmac(pem), 'algorithm'],
  ['HS384 with the public key as text', () => hmac(pem, 'HS384'), 'algorithm'],
  ['HS512 with the public key as text', () => hmac(pem, 'HS512'), 'algorithm'],
  ['HS256 with the public key as JWK', () => hmac(JSON.stringify(right.publicKey.export({ format: 'jwk' }))), 'algorithm'],
  ['HS256 with an empty key', () => hmac(''), 'algorithm'],
  ['no alg', () => jwt({}, { header: { alg: undefined } }), 'algorithm'],
  ['alg as a list', () => jwt({}, { header: { alg: ['ES256'] } }), 'algorithm'],
  ['alg of another curve', () => jwt({}, { header: { alg: 'ES384' } }), 'no usable key'],
  ['alg of another family', () => jwt({}, { header: { alg: 'RS256' } }), 'no usable key'],
  ['another key under the right name', () => signedBy({ ...other, kid: 'right' }, claims()), 'signature'],
  ['another key under its own name', () => signedBy(other, claims()), 'no usable key'],
  ['another key that the header brings along', () => signedBy(other, claims(), { header: { jwk: embedded } }), 'no usable key'],
  [
    'another key, right name, brought along',
    () => signedBy({ ...other, kid: 'right' }, claims(), { header: { jwk: embedded } }),
    'signature',
  ],
  ['jku of another place', () => signedBy(other, claims(), { header: { jku: 'https://evil.example/keys' } }), 'no usable key'],
  ['x5u of another place', () => signedBy(other, claims(), { header: { x5u: 'https://evil.example/c' } }), 'no usable key'],
  ['x5c of another key', () => signedBy({ ...other, kid: 'right' }, claims(), { header: { x5c: ['MIIB'] } }), 'signature'],
  ['kid as a path', () => jwt({}, { header: { kid: '../../etc/passwd' } }), 'no usable key'],
  ['kid as a list', () => jwt({}, { header: { kid: ['right'] } }), 'no usable key'],
  ['crit', () => jwt({}, { header: { crit: ['exp'], exp: now + 600 } }), 'crit'],
  ['crit that is empty', () => jwt({}, { header: { crit: [] } }), 'crit'],
  ['b64 false', () => jwt({}, { header: { b64: false } }), 'b64'],
  ['b64 true', () => jwt({}, { header: { b64: true } }), 'b64'],
  ['b64 with crit', () => jwt({}, { header: { b64: false, crit: ['b64'] } }), 'crit'],
  ['a logout token', () => jwt({}, { header: { typ: 'logout+jwt' } }), 'typ'],
  ['an access token', () => jwt({}, { header: { typ: 'at+jwt' } }), 'typ'],
  ...['iss', 'aud', 'sub', 'exp'].map((name): [string, () => string, string] => [`no ${name}`, () => without(name), name]),
  ...[now - 31, now - 3600, 0, -1, String(now + 600), null, [now + 600], 'never', true].map((exp): [string, () => string, string] => [
    `exp ${JSON.stringify(exp)}`,
    () => jwt({ exp }),
    'exp',
  ]),
  ['exp beyond all numbers', () => signedBy(right, JSON.stringify({ ...claims(), exp: 0 }).replace('"exp":0', '"exp":1e999')), 'exp'],
  ...(['nbf', 'iat'] as const).flatMap((name) =>
    [now + 3600, String(now), null, {}].map((value): [string, () => string, string] => [
      `${name} ${JSON.stringify(value)}`,
      () => jwt({ [name]: value }),
      name,
    ]),
  ),
  ...['', 'x', `${audience}/`, audience.toUpperCase(), ` ${audience}`, [], ['x'], [[audience]], { 0: audience }, null, 7].map(
    (aud): [string, () => string, string] => [`aud ${JSON.stringify(aud)}`, () => jwt({ aud }), 'aud'],
  ),
  ...['', `${issuer}/`, issuer.toUpperCase(), 'https://evil.example', [issuer], null, `${issuer}?`, 7].map(
    (iss): [string, () => string, string] => [`iss ${JSON.stringify(iss)}`, () => jwt({ iss }), 'iss'],
  ),
  ...['', '  ', 7, null, ['ada'], { id: 'ada' }, 'x'.repeat(256)].map((sub): [string, () => string, string] => [
    `sub ${JSON.stringify(sub).slice(0, 20)}`,
    () => jwt({ sub }),
    'sub',
  ]),
  ['two of them, as one header', () => `${jwt()}, ${jwt()}`, 'token'],
  ['two of them, without a space', () => `${jwt()},${jwt()}`, 'token'],
  ['a token with a space', () => `${jwt()} `, 'token'],
  ['a token after Bearer', () => `Bearer ${jwt()}`, 'token'],
  ['garbage', () => 'garbage', 'token'],
  ['dots', () => '..', 'token'],
  ['two parts', () => parts(jwt()).slice(0, 2).join('.'), 'token'],
  ['four parts', () => `${jwt()}.${parts(jwt())[2]}`, 'token'],
  ['five parts, as if encrypted', () => 'a.b.c.d.e', 'token'],
  ['a token that is too long', () => jwt({ name: 'x'.repeat(100_000) }), 'token'],
  ['padding, of a proxy that leaves it out', () => jwt({ name: 'xx' }, { isPadded: true }), 'token'],
  ['a payload that is no JSON', () => signedBy(right, 'garbage'), 'token'],
  ['a payload that is a list', () => signedBy(right, [claims()]), 'token'],
  ['a payload that says its subject twice', () => signedBy(right, JSON.stringify(claims()).replace('{', '{"sub":"eve",')), 'token'],
  ['a header that is no JSON', () => `${Buffer.from('garbage').toString('base64url')}.${part(claims())}.${parts(jwt())[2]}`, 'token'],
  ['a payload that was changed', () => `${parts(jwt())[0]}.${part({ ...claims(), sub: 'eve' })}.${parts(jwt())[2]}`, 'signature'],
  ['a header that was changed', () => `${part({ alg: 'ES256', kid: 'right', x: 1 })}.${parts(jwt()).slice(1).join('.')}`, 'signature'],
  ['the signature of another token', () => `${parts(jwt()).slice(0, 2).join('.')}.${parts(jwt({ sub: 'eve' }))[2]}`, 'signature'],
  ['a signature of zeros', () => `${parts(jwt()).slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`, 'signature'],
  ['a signature that is cut', () => `${parts(jwt()).slice(0, 2).join('.')}.${Buffer.alloc(60).toString('base64url')}`, 'signature'],
  ['a signature in another encoding', derSignature, 'signature'],
  ['a signature in another spelling', () => `${parts(jwt()).slice(0, 2).join('.')}.${parts(jwt())[2]}==`, 'token'],
]

describe('A header that does not verify is nobody: ', () => {
  test('there are more than 60', () => {
    expect(mutants.length).toBeGreaterThan(60)
  })

  test.each(mutants)('%s', async (_name, make, reason) => {
    await expect(identify(make())).rejects.toMatchObject({ code: 'assertion_invalid', reason })
  })

  test('and the right one still is somebody', async () => {
    await expect(identify(jwt())).resolves.toBeDefined()
  })
})
