import type { ResolvedProvider } from '../../model/provider.js'

/** Algorithms that are verified with a public key (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2). */
const withPublicKey = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/
const allWithPublicKey = [
  ...['RS', 'PS', 'ES'].flatMap((family) => [256, 384, 512].map((bits) => `${family}${String(bits)}`)),
  'EdDSA',
  'Ed25519',
]

/** Whether the client secret is the key of an algorithm (RFC 7518 section 3.2). */
export function isSecretAlgorithm(algorithm: string): boolean {
  return /^HS(?:256|384|512)$/.test(algorithm)
}

/** What openid-client and we take where nothing is listed (OpenID Connect Core section 2). */
const standard = ['RS256']

/**
 * The algorithms of ID Tokens that are accepted: those of the entry, else of what the provider lists those with public keys.
 * @param listed `id_token_signing_alg_values_supported`, or another list of the discovery document
 */
export function acceptedAlgorithms({ idTokenAlgs }: Pick<ResolvedProvider, 'idTokenAlgs'>, listed: unknown): readonly string[] {
  if (idTokenAlgs) return idTokenAlgs
  if (!Array.isArray(listed)) return standard
  return listed.filter((name): name is string => typeof name === 'string' && withPublicKey.test(name))
}

/** The algorithms of what a proxy signs into headers: those of the entry, else all with public keys. */
export function publicKeyAlgorithms({ idTokenAlgs = allWithPublicKey }: Pick<ResolvedProvider, 'idTokenAlgs'>): readonly string[] {
  return idTokenAlgs.filter((name) => withPublicKey.test(name))
}
