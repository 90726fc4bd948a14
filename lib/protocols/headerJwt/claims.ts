import type { Context } from '../../model/context.js'

type Claims = Readonly<Record<string, unknown>>

const defaultClockTolerance = 30
/** Characters of a subject at most, as of an ID Token's (OpenID Connect Core section 2). */
const maxSubject = 255

/**
 * What is wrong with what a proxy's JWT says (RFC 7519 section 4.1).
 * @param header where a load balancer says who it is and until when the JWT holds
 * @returns the name of the first part that is not as it must be
 */
export function wrongClaim(context: Context, header: Claims, claims: Claims): string | undefined {
  const { provider } = context
  if (!isIssuer(context, header, claims)) return 'iss'
  if (provider.audience !== undefined && !isFor(provider.audience, claims['aud'])) return 'aud'
  if (provider.signer !== undefined) {
    if (header['signer'] !== provider.signer) return 'signer'
    if (context.client.clientId !== '' && header['client'] !== context.client.clientId) return 'client'
  }
  const { sub } = claims
  // What a machine was let in with has no subject: it is nobody's sign-in.
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > maxSubject) return 'sub'
  return wrongTime(context, header, claims)
}

/** Both places may name the issuer where a load balancer signs; then both have to. */
function isIssuer({ provider: { issuer, signer } }: Context, header: Claims, claims: Claims): boolean {
  if (issuer === undefined) return false
  if (signer === undefined) return claims['iss'] === issuer
  return header['iss'] === issuer && (claims['iss'] === undefined || claims['iss'] === issuer)
}

function isFor(audience: readonly string[], aud: unknown): boolean {
  return (Array.isArray(aud) ? (aud as unknown[]) : [aud]).some((one) => typeof one === 'string' && audience.includes(one))
}

function wrongTime(context: Context, header: Claims, claims: Claims): string | undefined {
  const now = context.now() / 1000
  const tolerance = toleranceOf(context)
  const ends = endsOf(context, header, claims)
  // Turned round, so that what is no number counts as past.
  if (ends.length === 0 || !ends.every((exp) => isTime(exp) && exp > now - tolerance)) return 'exp'
  return (['nbf', 'iat'] as const).find((name) => {
    const time = claims[name]
    return time !== undefined && !(isTime(time) && time <= now + tolerance)
  })
}

/** When a JWT ends, as far as it says so: where a load balancer signs, its header has to. */
function endsOf({ provider: { signer } }: Context, { exp }: Claims, claims: Claims): unknown[] {
  if (signer === undefined) return [claims['exp']]
  return claims['exp'] === undefined ? [exp] : [exp, claims['exp']]
}

/** Seconds since 1970 after which a JWT that has passed these checks is refused. */
export function expiryOf(context: Context, header: Claims, claims: Claims): number {
  return Math.min(...endsOf(context, header, claims).map(Number)) + toleranceOf(context)
}

function toleranceOf({ provider: { clockTolerance = defaultClockTolerance } }: Context): number {
  return clockTolerance
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
