import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createLocalJWKSet, errors, type JWK } from 'jose'
import { verifySignature } from '../../../../lib/endpoints/discovery/signature.js'

const pair = (modulusLength = 2048): { privateKey: KeyObject; publicKey: KeyObject } => generateKeyPairSync('rsa', { modulusLength })
const [right, other, short] = [pair(), pair(), pair(1024)]

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(key: KeyObject, hash = 'sha256'): string {
  const input = `${encoded({ alg: 'RS256' })}.${encoded({ sub: 'alice' })}`
  return `${input}.${sign(hash, Buffer.from(input), key).toString('base64url')}`
}

const jwk = (key: KeyObject, more: Partial<JWK> = {}): JWK => ({ ...(key.export({ format: 'jwk' }) as JWK), ...more })

const verified = (jwt: string, header: Record<string, unknown>, ...keys: JWK[]): Promise<void> =>
  verifySignature(jwt, { alg: 'RS256', ...header }, createLocalJWKSet({ keys }))

const jwt = signed(right.privateKey)

test.each<[string, Record<string, unknown>, JWK[]]>([
  ['the only key', {}, [jwk(right.publicKey)]],
  ['the key of this name', { kid: 'a' }, [jwk(other.publicKey, { kid: 'b' }), jwk(right.publicKey, { kid: 'a' })]],
  ['the key for signatures', {}, [jwk(other.publicKey, { use: 'enc' }), jwk(right.publicKey, { use: 'sig' })]],
  ['the key for this algorithm', {}, [jwk(other.publicKey, { alg: 'PS256' }), jwk(right.publicKey, { alg: 'RS256' })]],
])('RS256 is verified with %s', async (_which, header, keys) => {
  // Twice, as the key is kept.
  const set = createLocalJWKSet({ keys })
  for (let time = 0; time < 2; time++) await expect(verifySignature(jwt, { alg: 'RS256', ...header }, set)).resolves.toBeUndefined()
})

describe('RS256 is refused', () => {
  test.each<[string, string]>([
    ['by another key', signed(other.privateKey)],
    ['over another hash', signed(right.privateKey, 'sha512')],
    ['of nothing', jwt.slice(0, jwt.lastIndexOf('.') + 1)],
    ['cut short', jwt.slice(0, -4)],
    ['made longer', `${jwt}AAAA`],
    ['over other claims', jwt.replace(encoded({ sub: 'alice' }), encoded({ sub: 'mallory' }))],
    ['over another header', jwt.replace(encoded({ alg: 'RS256' }), encoded({ alg: 'RS256', typ: 'x' }))],
  ])('with a signature %s', async (_what, token) => {
    await expect(verified(token, {}, jwk(right.publicKey))).rejects.toBeInstanceOf(errors.JWSSignatureVerificationFailed)
  })

  test('with the signature of another padding', async () => {
    const input = jwt.slice(0, jwt.lastIndexOf('.'))
    const padded = sign('sha256', Buffer.from(input), { key: right.privateKey, padding: 6, saltLength: 32 }).toString('base64url')
    await expect(verified(`${input}.${padded}`, {}, jwk(right.publicKey))).rejects.toBeInstanceOf(errors.JWSSignatureVerificationFailed)
  })

  test.each<[string, Record<string, unknown>, JWK[]]>([
    ['of another name', { kid: 'a' }, [jwk(right.publicKey, { kid: 'b' })]],
    ['with a name that is no text', { kid: 1 }, [jwk(right.publicKey)]],
    ['for encryption', {}, [jwk(right.publicKey, { use: 'enc' })]],
    ['for another algorithm', {}, [jwk(right.publicKey, { alg: 'RS512' })]],
    ['that may not verify', {}, [jwk(right.publicKey, { key_ops: ['encrypt'] })]],
    ['of another kind', {}, [jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)]],
  ])('with a key %s', async (_what, header, keys) => {
    await expect(verified(jwt, header, ...keys)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey)
  })

  test('where two keys fit', async () => {
    await expect(verified(jwt, {}, jwk(right.publicKey), jwk(other.publicKey))).rejects.toBeInstanceOf(errors.JWKSMultipleMatchingKeys)
  })

  test('with a private key in the set', async () => {
    await expect(verified(jwt, {}, jwk(right.privateKey))).rejects.toThrow()
  })

  test('by a key of 1024 bits, also the second time', async () => {
    const token = signed(short.privateKey)
    const set = createLocalJWKSet({ keys: [jwk(short.publicKey)] })
    for (let time = 0; time < 2; time++) await expect(verifySignature(token, { alg: 'RS256' }, set)).rejects.toThrow('2048')
  })
})

describe('a key that holds up the thread', () => {
  const slow: [string, { privateKey: KeyObject; publicKey: KeyObject }][] = [
    ['with another exponent', generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0x1_0003 })],
    ['of 4104 bits', pair(4104)],
  ]

  test.each(slow)('%s is left to jose, and to its thread', async (_which, { privateKey, publicKey }) => {
    let asked = 0
    const set = createLocalJWKSet({ keys: [jwk(publicKey)] })
    const keys = ((...given: Parameters<typeof set>) => {
      asked++
      return set(...given)
    }) as typeof set
    const token = signed(privateKey)
    await expect(verifySignature(token, { alg: 'RS256' }, keys)).resolves.toBeUndefined()
    // Once by us, and once by jose.
    expect(asked).toBe(2)
    await expect(verifySignature(`${token.slice(0, -8)}AAAAAAAA`, { alg: 'RS256' }, keys)).rejects.toBeInstanceOf(
      errors.JWSSignatureVerificationFailed,
    )
  })
})
