import { constants, KeyObject, verify } from 'node:crypto'
import { loadJose } from './jose.js'
import type { Keys } from './keys.js'

/** A key as jose gives it. */
type PublicKey = Awaited<ReturnType<Keys>>

/** Bits of the smallest RSA key that may sign (RFC 7518 section 3.3). */
const minRsaBits = 2048
/** Bits of the largest one, and the public exponent, that are quick to verify with: others hold up the thread for milliseconds. */
const maxRsaBits = 4096
const usualExponent = 65_537n

// By jose's own, which live as long as the keys of a provider are kept.
const known = new WeakMap<PublicKey, KeyObject>()

/**
 * Verifies the signature of a JWT that has been read (RFC 7515 section 5.2) with the one key of a provider that it can be of: jose finds
 * it, by `kid`, `alg`, `use` and kind.
 *
 * RS256 with a usual key is verified in this thread by Node.js itself, which takes 25 µs; by WebCrypto it goes to another thread, and that alone takes
 * longer.
 *
 * @param header of the JWT, without `crit`; of an algorithm that is accepted, and has public keys
 * @throws an error of jose: `JWSSignatureVerificationFailed`, `JWKSNoMatchingKey`, or another where there is no usable key
 */
export async function verifySignature(jwt: string, header: Record<string, unknown> & { alg: string }, keys: Keys): Promise<void> {
  const { compactVerify, errors } = await loadJose()
  const key = header.alg === 'RS256' ? keyObject(await keys(header)) : undefined
  if (!key || !isQuick(key)) {
    await compactVerify(jwt, keys, { algorithms: [header.alg] })
    return
  }
  const end = jwt.lastIndexOf('.')
  const [input, signature] = [Buffer.from(jwt.slice(0, end)), Buffer.from(jwt.slice(end + 1), 'base64url')]
  if (!verify('sha256', input, { key, padding: constants.RSA_PKCS1_PADDING }, signature)) throw new errors.JWSSignatureVerificationFailed()
}

function isQuick({ asymmetricKeyDetails: { modulusLength = Infinity, publicExponent } = {} }: KeyObject): boolean {
  return modulusLength <= maxRsaBits && publicExponent === usualExponent
}

function keyObject(publicKey: PublicKey): KeyObject {
  const key = known.get(publicKey) ?? KeyObject.from(publicKey)
  known.set(publicKey, key)
  // What jose checks where it verifies by itself.
  if (key.asymmetricKeyType !== 'rsa' || !((key.asymmetricKeyDetails?.modulusLength ?? 0) >= minRsaBits))
    throw new TypeError(`The key is no RSA key of ${String(minRsaBits)} bits`)
  return key
}
