import { AuthError } from '../../base/errors.js'
import { readPart } from '../../endpoints/discovery/jwtParts.js'
import { verifySignedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters, CodeGrant } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import { checkHash, checkStatement, invalidIdToken } from './idToken.js'

/** Whether an ID Token comes with the code already (OpenID Connect Core section 3.3). */
export function isHybrid({ provider }: Pick<Context, 'provider'>): boolean {
  return provider.responseType === 'code id_token'
}

// OpenID Connect Core sections 2 and 3.3.2.11; `c_hash` has a check of its own.
const required = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'] as const

/**
 * Verifies the ID Token that comes with the code, before the code is redeemed: its signature, and that it was made for this login and this
 * code (OpenID Connect Core section 3.3.2.12).
 *
 * @param issuerFor the issuer to expect of a token that names this one
 * @returns its issuer
 * @throws AuthError `idtoken_invalid`, `nonce_mismatch`; what fetching the keys throws
 */
export async function verifyFrontIdToken(
  context: Context,
  { parameters, transaction }: CodeGrant,
  issuerFor: (iss: string) => string,
): Promise<string> {
  const { slug, client } = context
  const { id_token: idToken = '', code = '', state = '' } = parameters
  const { header, payload: claims } = await verifySignedJwt(context, idToken, { purpose: 'login' })
  const { iss, aud, azp, nonce, events } = claims
  const absent = required.find((name) => claims[name] === undefined)
  if (absent !== undefined || typeof iss !== 'string') throw invalidIdToken(slug, absent ?? 'iss')
  checkStatement(context, claims, issuerFor(iss))
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) throw invalidIdToken(slug, 'azp')
  if (azp !== undefined && azp !== client.clientId) throw invalidIdToken(slug, 'azp')
  // A logout token of the same provider has one, and is none (OpenID Connect Back-Channel Logout section 2.4).
  if (events !== undefined) throw invalidIdToken(slug, 'events')
  if (nonce !== transaction.nonce) throw new AuthError('nonce_mismatch', 'The ID Token belongs to another sign-in.', { provider: slug })
  checkHash(slug, header, claims, 'c_hash', code, true)
  checkHash(slug, header, claims, 's_hash', state)
  return iss
}

/**
 * The two ID Tokens of a hybrid login speak of the same user, by the same issuer (OpenID Connect Core section 3.3.3.6).
 *
 * @param parameters of a callback that has been verified
 * @param claims of the ID Token that the code gave
 * @throws AuthError `idtoken_invalid`
 */
export function checkBothIdTokens({ slug }: Context, { id_token: idToken = '' }: CallbackParameters, claims: RawProfile = {}): void {
  const front = readPart(idToken.split('.')[1] ?? '')
  for (const name of ['iss', 'sub'] as const) if (front?.[name] !== claims[name]) throw invalidIdToken(slug, `${name} of both`)
}
