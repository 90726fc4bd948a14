import { createPublicKey } from 'node:crypto'
import * as v from 'valibot'
import { isPlainObject } from '../../../base/json.js'
import { isSecret } from '../../../endpoints/discovery/secretKeys.js'
import type { JwkSet } from '../../../model/provider.js'

const keyTypes = new Set<unknown>(['RSA', 'EC', 'OKP'])
const minRsaBits = 2048

/** A JWK Set of public keys (RFC 7517 section 5), each of which can be read and is strong enough. */
export const jwks = v.pipe(
  v.custom<JwkSet>(
    (value) => isPlainObject(value) && Array.isArray(value['keys']) && value['keys'].length > 0 && value['keys'].every(isPlainObject),
    "must be a JWK Set, { keys: [{ kty: 'RSA', kid, n, e }] }, with at least one key.",
  ),
  v.check(
    ({ keys }) => keys.every((key) => key['kty'] !== 'oct' && !isSecret(key)),
    'must hold public keys only, and one of these is private or a shared secret: leave out d, p, q, dp, dq, qi and k. '
      + "What signs ID Tokens with the client secret is listed in idTokenAlgs, as 'HS256'.",
  ),
  v.check(
    ({ keys }) => keys.every(isReadable),
    `must hold keys that can be read, of kty 'RSA' with ${String(minRsaBits)} bits or more, 'EC' or 'OKP'.`,
  ),
)

function isReadable(jwk: Readonly<Record<string, unknown>>): boolean {
  if (!keyTypes.has(jwk['kty'])) return false
  try {
    const { modulusLength } = createPublicKey({ key: { ...jwk }, format: 'jwk' }).asymmetricKeyDetails ?? {}
    return modulusLength === undefined || modulusLength >= minRsaBits
  } catch {
    return false
  }
}
