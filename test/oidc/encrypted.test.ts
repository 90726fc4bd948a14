import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CompactEncrypt, UnsecuredJWT, type CompactJWEHeaderParameters, type JWTPayload } from 'jose'
import type { ProviderEntry } from '../../middleware/index.js'
import { publicJwk, signedBy, startMockOp, type MockOp } from './mockOp.js'
import { accepted, refused, startRelyingParty, type RelyingParty } from './relyingParty.js'

/** Encrypted ID Tokens (OpenID Connect Core section 10.2): opened with the entry's private key, and what is inside is verified like any other. */

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pemOf = (pair: typeof rsa): string => pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

let op: MockOp
let rp: RelyingParty | undefined
beforeEach(async () => {
  op = await startMockOp()
})
afterEach(async () => {
  await rp?.close()
  await op.close()
})

async function start(entry: ProviderEntry = { privateKey: pemOf(rsa), clientAuth: 'post' }): Promise<RelyingParty> {
  rp = await startRelyingParty(op, entry)
  return rp
}

type Header = Omit<Partial<CompactJWEHeaderParameters>, 'zip'> & { zip?: string }

const encrypted = (content: string | Uint8Array, header: Header = {}, pair: typeof rsa = rsa): Promise<string> =>
  new CompactEncrypt(typeof content === 'string' ? Buffer.from(content) : content)
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', ...header } as CompactJWEHeaderParameters)
    .encrypt(pair.publicKey)

const right = signedBy('RS256')

describe('An encrypted ID Token', () => {
  test.each([
    ...['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'].map((alg) => [alg, 'A256GCM', rsa] as const),
    ...['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'].map((alg) => [alg, 'A256GCM', ec] as const),
    ...['A128GCM', 'A192GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'].map((enc) => ['RSA-OAEP-256', enc, rsa] as const),
  ])('by %s and %s is opened', async (alg, enc, pair) => {
    const { signIn } = await start({ privateKey: pemOf(pair as typeof rsa), clientAuth: 'post' })
    op.sign = async (claims) => encrypted(await right(claims), { alg, enc }, pair as typeof rsa)
    expect(await signIn()).toMatchObject(accepted)
  })

  test('may be compressed, and name the key', async () => {
    const { signIn } = await start({ privateKey: pemOf(rsa), keyId: 'ours', clientAuth: 'post' })
    op.sign = async (claims) => encrypted(await right(claims), { zip: 'DEF', kid: 'ours' })
    expect(await signIn()).toMatchObject(accepted)
  })

  test('comes with a refresh too', async () => {
    const { signInAnd } = await start()
    op.claims = ({ at_hash: _hash, ...claims }) => claims
    op.sign = async (claims) => encrypted(await right(claims))
    expect((await signInAnd('/refresh')).answer).toEqual({ accessToken: 'the-access-token' })
    op.sign = async (claims) => encrypted(await right('nonce' in claims ? claims : { ...claims, sub: 'eve' }))
    expect((await signInAnd('/refresh')).answer).toMatchObject({ error: 'idtoken_invalid', reason: 'sub changed' })
  })

  test('is refused by an entry without a private key', async () => {
    const { signIn } = await start({})
    op.sign = async (claims) => encrypted(await right(claims))
    expect(await signIn()).toMatchObject(refused('encrypted'))
  })

  test('is refused by a private key that only signs', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const { signIn } = await start({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), clientAuth: 'post' })
    op.sign = async (claims) => encrypted(await right(claims))
    expect(await signIn()).toMatchObject(refused('decryption'))
  })
})

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('An encrypted ID Token is refused', () => {
  test.each<[string, (claims: JWTPayload) => string | Promise<string>, unknown]>([
    ['for another', async (claims) => encrypted(await right(claims), {}, otherRsa), 'decryption'],
    ['that is not signed', (claims) => encrypted(new UnsecuredJWT(claims).encode()), expect.anything()],
    ['that holds bare claims', (claims) => encrypted(JSON.stringify(claims)), expect.anything()],
    ['signed by another', async (claims) => encrypted(await signedBy('RS256', 'wrong', { kid: 'right' })(claims)), 'signature'],
    ['within another', async (claims) => encrypted(await encrypted(await right(claims))), expect.anything()],
    ['of another issuer', async (claims) => encrypted(await right({ ...claims, iss: 'https://other.example' })), 'claim iss'],
    ['with a bit changed', async (claims) => changed(await encrypted(await right(claims)), 3), 'decryption'],
    ['with its header changed', async (claims) => changed(await encrypted(await right(claims)), 0), expect.anything()],
    ['with its tag cut', async (claims) => (await encrypted(await right(claims))).slice(0, -4), 'decryption'],
    ['by RSA1_5', () => `${json({ alg: 'RSA1_5', enc: 'A128CBC-HS256' })}.${'A'.repeat(342)}.AAAA.AAAA.AAAA`, 'decryption'],
    ['by nothing', () => `${json({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`, 'decryption'],
    ['by a wrapped key', () => `${json({ alg: 'A128KW', enc: 'A256GCM' })}.AAAA.AAAA.AAAA.AAAA`, 'decryption'],
    [
      'by a password that takes long to try',
      () => `${json({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`,
      'decryption',
    ],
    ['with what nobody understands', async (claims) => encryptedWithCrit(await right(claims)), 'decryption'],
    ['that inflates to a hundred megabytes', () => encrypted(Buffer.alloc(100_000_000, 0x61), { zip: 'DEF' }), 'decryption'],
    ['of 400,000 characters', () => encrypted('x'.repeat(300_000)), 'decryption'],
  ])('%s', async (_what, make, reason) => {
    const { signIn } = await start()
    op.sign = make
    const before = process.memoryUsage().rss
    const started = performance.now()
    expect(await signIn()).toMatchObject(refused(reason))
    expect(op.calls('/userinfo')).toBe(0)
    // Making the bomb takes its memory; opening it, and trying passwords, must not take much time.
    expect([performance.now() - started < 30_000, process.memoryUsage().rss - before < 400_000_000]).toEqual([true, true])
  })

  test('that has no key at hand for what is inside, which is looked for once', async () => {
    const { signIn } = await start()
    expect(await signIn()).toMatchObject(accepted)
    op.sign = async (claims) => encrypted(await signedBy('RS256', 'unknown')(claims))
    expect(await signIn()).toMatchObject(refused('no usable key'))
    expect(op.calls('/keys')).toBe(2)
    op.keys = [await publicJwk('RS256')]
  })
})

function changed(token: string, part: number): string {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}

function encryptedWithCrit(content: string): Promise<string> {
  return new CompactEncrypt(Buffer.from(content))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', crit: ['x'], x: 1 })
    .encrypt(rsa.publicKey, { crit: { x: true } })
}
