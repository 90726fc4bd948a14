import { hash } from 'node:crypto'

// The hash functions of JWS algorithms by their last signs; EdDSA and Ed25519 go with SHA-512.
const functions: Readonly<Record<string, string>> = { 256: 'sha256', 384: 'sha384', 512: 'sha512', DSA: 'sha512', 519: 'sha512' }

/**
 * What an ID Token names a code, an access token or a state by, in `c_hash`, `at_hash` and `s_hash`: the left half of its digest, as base64url
 * (OpenID Connect Core section 3.3.2.11).
 *
 * @param algorithm of the ID Token's signature
 * @param value ASCII text
 * @returns `undefined` for an algorithm that goes with no hash function
 */
export function halfHash(algorithm: string, value: string): string | undefined {
  const name = functions[algorithm.slice(-3)]
  if (name === undefined) return undefined
  const digest = hash(name, value, 'buffer')
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
