import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A fresh unguessable value for `state`, `nonce`, code verifiers and session salts.
 * @param bytes how many random bytes; 32 give 256 bits, 43 characters of base64url (RFC 7636 section 4.1 asks for 43 to 128)
 */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** Three such values of 256 bits each, for the price of one: what costs is the call to the system, and not its bytes. */
export function threeRandomTokens(): [string, string, string] {
  const bytes = randomBytes(96)
  return [bytes.toString('base64url', 0, 32), bytes.toString('base64url', 32, 64), bytes.toString('base64url', 64, 96)]
}

/** SHA-256 of a text, base64url: the name under which a secret value may be kept or compared. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** The PKCE code challenge of a verifier, method S256 (RFC 7636 section 4.2). */
export const codeChallenge = sha256

/** Compares two texts in a time that depends on neither; missing is never equal. */
export function equalInConstantTime(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const left = hash('sha256', a, 'buffer')
  const right = hash('sha256', b, 'buffer')
  return timingSafeEqual(left, right)
}
