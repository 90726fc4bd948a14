import { AuthError } from '../../base/errors.js'
import { isObject } from '../../base/json.js'
import { decrypted, isEncrypted } from '../../endpoints/discovery/decrypt.js'
import { readPart } from '../../endpoints/discovery/jwtParts.js'
import { verifySignedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { LogoutNotice } from '../../model/protocol.js'
import { toleranceOf } from './idToken.js'
import { isIssuer } from './issuers.js'

/** What makes a token one that ends sessions (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
const event = 'http://schemas.openid.net/event/backchannel-logout'
/** Seconds for which a logout token is taken at most: so long has it to be remembered, however late it says it ends. */
const maxAge = 3600

type Claims = Readonly<Record<string, unknown>>

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6). Its claims come first and cost next to nothing: anybody can
 * send one. That it has not been used before is for the caller to see to.
 *
 * @throws AuthError `idtoken_invalid`, with what is wrong as `reason`; what fetching the provider's keys throws
 */
export async function verifyLogoutToken(context: Context, logoutToken: string): Promise<LogoutNotice> {
  // One that the provider has encrypted as it does its ID Tokens (section 2.4).
  const signed = isEncrypted(logoutToken) ? await decrypted(context, logoutToken, 'logout token') : logoutToken
  if (isEncrypted(signed)) throw invalidLogoutToken(context, 'token')
  const [first = '', second = ''] = signed.split('.')
  const header = readPart(first)
  const claims = header && readPart(second)
  if (!claims) throw invalidLogoutToken(context, 'token')
  const typ = typeOf(header)
  if (typ === null) throw invalidLogoutToken(context, 'typ')
  const notice = readNotice(context, claims)
  if (!(await isIssuer(context, notice.issuer))) throw invalidLogoutToken(context, 'iss')
  await verifySignedJwt(context, signed, { purpose: 'logout', what: 'logout token', ...(typ === undefined ? {} : { typ }) })
  return notice
}

/** Explicit typing is recommended (section 2.4), and older servers leave it out or say no more than JWT. `null` for another kind of token. */
function typeOf({ typ }: Claims): 'logout+jwt' | undefined | null {
  if (typ === undefined) return undefined
  const named = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  return named === 'logout+jwt' ? named : named === 'jwt' ? undefined : null
}

function readNotice(context: Context, claims: Claims): LogoutNotice {
  const { iss, sub, sid, jti } = claims
  const wrong = wrongClaim(context, claims)
  if (wrong !== undefined || typeof iss !== 'string' || typeof jti !== 'string') throw invalidLogoutToken(context, wrong ?? 'iss')
  const expiresAt = Math.min(Number(claims['exp']), Number(claims['iat']) + maxAge) + toleranceOf(context.provider)
  return { issuer: iss, jti, expiresAt, ...(typeof sub === 'string' ? { sub } : {}), ...(typeof sid === 'string' ? { sid } : {}) }
}

/** The name of the first claim that is not as it must be. */
function wrongClaim(context: Context, claims: Claims): string | undefined {
  const { events, sub, sid } = claims
  if (!isAudience(context, claims)) return 'aud'
  if (!isObject(events) || !Object.hasOwn(events, event) || !isObject(events[event])) return 'events'
  // What tells it from an ID Token, which could otherwise be sent here.
  if (Object.hasOwn(claims, 'nonce')) return 'nonce'
  if (!isText(claims['jti'])) return 'jti'
  if ((sub !== undefined && !isText(sub)) || (sid !== undefined && !isText(sid)) || (sub === undefined && sid === undefined))
    return 'sub or sid'
  return wrongTime(context, claims)
}

function isAudience({ client }: Context, { aud, azp }: Claims): boolean {
  return (Array.isArray(aud) ? aud : [aud]).includes(client.clientId) && (azp === undefined || azp === client.clientId)
}

function wrongTime(context: Context, { iat, exp, nbf }: Claims): string | undefined {
  const now = context.now() / 1000
  const tolerance = toleranceOf(context.provider)
  if (!isTime(iat) || iat > now + tolerance || iat < now - maxAge - tolerance) return 'iat'
  if (!isTime(exp) || exp <= now - tolerance) return 'exp'
  return nbf === undefined || (isTime(nbf) && nbf <= now + tolerance) ? undefined : 'nbf'
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function invalidLogoutToken({ slug }: Context, reason: string): AuthError {
  return new AuthError('idtoken_invalid', "The provider's logout token did not pass its checks.", { provider: slug, reason })
}
