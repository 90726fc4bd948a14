import { AuthError } from '../../base/errors.js'
import { discoverMetadata } from '../../endpoints/discovery/discovery.js'
import { readPart } from '../../endpoints/discovery/jwtParts.js'
import { verifySignedJwt, type VerifiedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { Grant } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import type { ResolvedProvider } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { matchesWhole } from '../../tokens/wholeMatch.js'
import { halfHash } from './halfHash.js'
import { demandedClasses } from './claims/requestedClaims.js'
import { tenantOf, tenantPlace } from './claims/tenants.js'

/**
 * Verifies the ID Token of a token answer: its signature, and what openid-client has not checked by then, which is all but issuer, audience,
 * nonce and times (OpenID Connect Core sections 3.1.3.7 and 12.2).
 *
 * @returns its claims; `undefined` where the answer has none, which a login's must not do (openid-client checks that of a code's)
 * @throws AuthError `idtoken_invalid`, with the failed check as `reason`; what fetching the keys throws
 */
export async function verifyIdToken(context: Context, grant: Grant, response: Record<string, unknown>): Promise<RawProfile | undefined> {
  const { id_token: idToken, access_token: accessToken } = response
  if (typeof idToken !== 'string') {
    if (grant.type === 'device_code') throw invalidIdToken(context.slug, 'missing')
    return undefined
  }
  const { header, payload: claims } = await verifySignedJwt(context, idToken, { purpose: 'login' })
  checkKind(context.slug, claims)
  await checkTenant(context, claims)
  checkContextClass(context, claims)
  checkAuthorizedParty(context, claims)
  checkHash(context.slug, header, claims, 'at_hash', String(accessToken))
  checkSubject(context.slug, claims)
  checkTimes(context, grant, claims)
  if (grant.type === 'refresh_token') checkContinuity(context.slug, grant.tokens, claims)
  return claims
}

/** A logout token of the same provider is signed with the same keys, and is none (OpenID Connect Back-Channel Logout section 2.4). */
function checkKind(slug: string, claims: RawProfile): void {
  if (claims['events'] !== undefined) throw invalidIdToken(slug, 'events')
}

/** Where one document speaks for many issuers, only users of the tenants that the entry allows are let in. */
async function checkTenant(context: Context, claims: RawProfile): Promise<void> {
  const { slug, provider } = context
  const { allowedTenants: allowed } = provider
  if (allowed === undefined) return
  const { issuer } = await discoverMetadata(context)
  if (!issuer.includes(tenantPlace))
    throw new AuthError('config_invalid', `providers.${slug}.allow names tenants, and the provider has one issuer for all: leave it out.`, {
      provider: slug,
    })
  const tenant = tenantOf(issuer, claims['iss'])
  const isAllowed =
    tenant !== undefined && (allowed instanceof RegExp ? matchesWhole(allowed, tenant) : allowed.some((name) => name === tenant))
  if (!isAllowed) throw invalidIdToken(slug, 'tenant')
}

/** A class of authentication that the entry demands is what the user has to have come with (OpenID Connect Core section 5.5.1.1). */
function checkContextClass({ slug, provider }: Context, claims: RawProfile): void {
  const demanded = demandedClasses(provider)
  if (!demanded) return
  const { acr } = claims
  if (typeof acr !== 'string' || (demanded.length > 0 && !demanded.includes(acr))) throw invalidIdToken(slug, 'acr')
}

/** An ID Token that says whom it was issued to must mean us, also where it has one audience only (OpenID Connect Core section 2). */
function checkAuthorizedParty({ client, slug }: Context, claims: RawProfile): void {
  const party = claims['azp']
  if (party !== undefined && party !== client.clientId) throw invalidIdToken(slug, 'azp')
}

/**
 * An ID Token that names what came along must mean this value: `at_hash` the access token, `c_hash` the code (OpenID Connect Core sections
 * 3.1.3.8 and 3.3.2.10).
 *
 * @param required whether it has to name it
 * @throws AuthError `idtoken_invalid`
 */
export function checkHash(
  slug: string,
  { alg }: VerifiedJwt['header'],
  claims: RawProfile,
  name: 'at_hash' | 'c_hash' | 's_hash',
  value: string,
  required = false,
): void {
  if (claims[name] === undefined && !required) return
  if (claims[name] === undefined || claims[name] !== halfHash(alg, value)) throw invalidIdToken(slug, name)
}

/** A subject is a name of 255 characters at most (OpenID Connect Core section 2). */
function checkSubject(slug: string, { sub }: RawProfile): void {
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw invalidIdToken(slug, 'sub')
}

/** Seconds before which an ID Token that a login brings cannot have been issued. */
const oldest = 24 * 3600

/** An ID Token ends, and is not from the future beyond what clocks may differ; that of a login is not an old one again. */
function checkTimes({ provider, slug, now }: Context, grant: Grant, { exp, iat }: RawProfile): void {
  // JSON has numbers that are infinite to JavaScript, and no time comes after them.
  if (!Number.isFinite(exp)) throw invalidIdToken(slug, 'exp')
  const age = now() / 1000 - Number(iat)
  const maxAge = grant.type === 'authorization_code' || grant.type === 'device_code' ? oldest : Number.MAX_VALUE
  if (!(age >= -toleranceOf(provider) && age <= maxAge)) throw invalidIdToken(slug, 'iat')
}

/** A refreshed ID Token must speak of the same user, by the same issuer, for the same login (OpenID Connect Core section 12.2). */
function checkContinuity(slug: string, { idToken }: Tokens, claims: RawProfile): void {
  const previous = idToken === undefined ? undefined : readPart(idToken.split('.')[1] ?? '')
  if (!previous) return
  for (const name of ['iss', 'sub'] as const) if (previous[name] !== claims[name]) throw invalidIdToken(slug, `${name} changed`)
  if (claims['nonce'] !== undefined && claims['nonce'] !== previous['nonce']) throw invalidIdToken(slug, 'nonce changed')
}

/**
 * What else a provider signs about a user, as far as it says so, comes from the issuer of the ID Token, is for us, and holds now (OpenID Connect
 * Core section 5.3.2).
 *
 * @throws AuthError `idtoken_invalid`
 */
export function checkStatement({ slug, client, provider, now }: Context, claims: RawProfile, issuer: string | undefined): void {
  const { iss, aud, exp, nbf } = claims
  const tolerance = toleranceOf(provider)
  const time = now() / 1000
  if (iss !== undefined && iss !== issuer) throw invalidIdToken(slug, 'iss')
  if (aud !== undefined && ![aud].flat().includes(client.clientId)) throw invalidIdToken(slug, 'aud')
  // Turned round, so that what is no number counts as past.
  if (exp !== undefined && !(typeof exp === 'number' && exp > time - tolerance)) throw invalidIdToken(slug, 'exp')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= time + tolerance)) throw invalidIdToken(slug, 'nbf')
}

// openid-client's own.
const defaultClockTolerance = 30

/** Seconds by which a provider's clock may differ from ours. */
export function toleranceOf({ clockTolerance = defaultClockTolerance }: ResolvedProvider): number {
  return clockTolerance
}

/** The error of an ID Token, or of what belongs to one. */
export function invalidIdToken(slug: string, reason: string): AuthError {
  return new AuthError('idtoken_invalid', "The provider's ID Token did not pass its checks.", { provider: slug, reason })
}
