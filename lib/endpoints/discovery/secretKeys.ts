/** Whether a JWK holds what only its owner may know (RFC 7518 sections 6.2.2, 6.3.2 and 6.4). */
export function isSecret(jwk: Readonly<Record<string, unknown>>): boolean {
  return ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].some((name) => Object.hasOwn(jwk, name))
}
