import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { acceptedAlgorithms, isSecretAlgorithm } from './algorithms.js'
import { decrypted, isEncrypted } from './decrypt.js'
import { discoverMetadata } from './discovery.js'
import { loadJose } from './jose.js'
import { isPlainBase64url, maxTokenLength, readPart } from './jwtParts.js'
import { hasKeys, newerKeys, providerKeys, type Keys, type Purpose } from './keys.js'
import { namedKey } from './namedKeys.js'
import { verifySignature } from './signature.js'

export interface JwtChecks {
  purpose: Purpose
  /** Algorithms to accept. @default those of the entry's ID Tokens */
  algorithms?: readonly string[]
  /** Type that the header must name (RFC 8725 section 3.11), without `application/`. @default none of another kind of token */
  typ?: string
  /** What it is called in messages. @default 'ID Token' */
  what?: string
  /** Whether its parts may end in padding, which a JWT leaves out (RFC 7515 section 2). @default false */
  mayBePadded?: boolean
}

export interface VerifiedJwt {
  header: Record<string, unknown> & { alg: string }
  payload: Record<string, unknown>
}

/**
 * Verifies the signature of a JWT (RFC 7515 section 5.2) with the keys of the provider, or, for an HMAC that the entry lists, with the client
 * secret. What its claims say is checked by the caller. An encrypted one is opened first (RFC 7519 section 7.2).
 *
 * @throws AuthError `idtoken_invalid`, with what is wrong as `reason`; what fetching the keys throws
 */
export async function verifySignedJwt(context: Context, token: string, checks: JwtChecks): Promise<VerifiedJwt> {
  const jwt = isEncrypted(token) ? await decrypted(context, token, checks.what) : token
  const { header, payload } = readJwt(context, jwt, checks)
  checkType(context, header, checks)
  const algorithms = checks.algorithms ?? (await idTokenAlgorithms(context))
  if (!algorithms.includes(header.alg)) throw invalidJwt(context, checks, 'algorithm')
  // A key is of one kind: what is public never becomes a secret (RFC 8725 section 3.2).
  if (isSecretAlgorithm(header.alg)) await verifyBySecret(context, jwt, header.alg, checks)
  else if (context.provider.keyEndpoint !== undefined) await verifyByNamedKey(context, jwt, header, checks)
  else await verifyByKeys(context, jwt, header, checks)
  return { header, payload }
}

/** The algorithms that the ID Tokens of an entry may be signed with. */
async function idTokenAlgorithms(context: Context): Promise<readonly string[]> {
  const { provider } = context
  if (provider.idTokenAlgs) return provider.idTokenAlgs
  return acceptedAlgorithms(provider, (await discoverMetadata(context)).id_token_signing_alg_values_supported)
}

/**
 * Reads a JWT, of which nothing has been verified yet.
 * @throws AuthError `idtoken_invalid`
 */
export function readJwt(context: Context, jwt: string, checks: JwtChecks): VerifiedJwt {
  const { mayBePadded } = checks
  const [first = '', second = '', signature = '', ...more] = jwt.length > maxTokenLength ? [] : jwt.split('.')
  const header = more.length === 0 ? readPart(first, mayBePadded) : undefined
  const payload = header && readPart(second, mayBePadded)
  if (!header || !payload || !isPlainBase64url(signature, mayBePadded)) throw invalidJwt(context, checks, 'token')
  const { alg } = header
  if (typeof alg !== 'string') throw invalidJwt(context, checks, 'algorithm')
  // No extension is understood, so none may be critical (RFC 7515 section 4.1.11).
  if (Object.hasOwn(header, 'crit')) throw invalidJwt(context, checks, 'crit')
  return { header: { ...header, alg }, payload }
}

function checkType(context: Context, { typ }: VerifiedJwt['header'], checks: JwtChecks): void {
  const named = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  const isRight =
    checks.typ === undefined
      ? named === undefined || (typeof named === 'string' && (!named.endsWith('+jwt') || named === 'id_token+jwt'))
      : named === checks.typ
  if (!isRight) throw invalidJwt(context, checks, 'typ')
}

async function verifyBySecret(context: Context, jwt: string, algorithm: string, checks: JwtChecks): Promise<void> {
  const { clientSecret } = context.client
  if (clientSecret === undefined) throw invalidJwt(context, checks, 'no usable key')
  const { compactVerify } = await loadJose()
  try {
    // Its octets as UTF-8 (OpenID Connect Core section 10.1).
    await compactVerify(jwt, new TextEncoder().encode(clientSecret), { algorithms: [algorithm] })
  } catch (cause) {
    throw invalidJwt(context, checks, 'signature', cause)
  }
}

async function verifyByKeys(context: Context, jwt: string, header: VerifiedJwt['header'], checks: JwtChecks): Promise<void> {
  const { errors } = await loadJose()
  const verify = (keys: Keys): Promise<void> => verifySignature(jwt, header, keys)
  const refuse = (cause: unknown): AuthError =>
    invalidJwt(context, checks, cause instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'no usable key', cause)
  const wasAtHand = hasKeys(context)
  const keys = await providerKeys(context, checks.purpose)
  try {
    await verify(keys)
  } catch (cause) {
    // Without a name for its key, only the signature tells that it is another one by now.
    const mayBeNew =
      cause instanceof errors.JWKSNoMatchingKey || (header['kid'] === undefined && cause instanceof errors.JWSSignatureVerificationFailed)
    const newer = wasAtHand && mayBeNew ? await newerKeys(context, checks.purpose, keys) : undefined
    if (!newer) throw refuse(cause)
    await verify(newer).catch((error: unknown) => {
      throw refuse(error)
    })
  }
}

async function verifyByNamedKey(context: Context, jwt: string, { alg, kid }: VerifiedJwt['header'], checks: JwtChecks): Promise<void> {
  const found = await namedKey(context, kid)
  if (!found) throw invalidJwt(context, checks, 'no usable key')
  const { compactVerify } = await loadJose()
  try {
    await compactVerify(jwt, found.key, { algorithms: [alg] })
  } catch (cause) {
    throw invalidJwt(context, checks, 'signature', cause)
  }
  found.hasVerified = true
}

function invalidJwt({ slug }: Context, { what = 'ID Token' }: JwtChecks, reason: string, cause?: unknown): AuthError {
  return new AuthError('idtoken_invalid', `The provider's ${what} did not pass its checks.`, { provider: slug, reason, cause })
}
