import { createHash } from 'node:crypto'
import { AuthError } from '../../base/errors.js'
import { isObject } from '../../base/json.js'
import type { Context } from '../../model/context.js'
import type { Grant } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import type { Tokens } from '../../model/tokens.js'

// Seconds; openid-client's own.
const defaultClockTolerance = 30

/**
 * What is checked of an ID Token beside signature, issuer, audience, nonce and times, which openid-client has checked by then.
 * @throws AuthError `idtoken_invalid`, with the failed check as `reason`
 */
export function checkIdToken(context: Context, grant: Grant, response: Record<string, unknown>, claims: RawProfile | undefined): void {
  checkAlgorithm(context, response['id_token'])
  checkAuthorizedParty(context, claims)
  checkAccessTokenHash(context.slug, response, claims)
  if (grant.type === 'authorization_code') checkIssuedAt(context, claims)
  if (grant.type === 'refresh_token') checkSameSubject(context.slug, grant.tokens, claims)
}

function checkAlgorithm({ provider, slug }: Context, idToken: unknown): void {
  if (!provider.idTokenAlgs || typeof idToken !== 'string') return
  const header = decodePart(idToken, 0)
  if (!provider.idTokenAlgs.includes(String(header['alg']))) throw invalidIdToken(slug, 'algorithm')
}

/** An ID Token that says whom it was issued to must mean us, also where it has one audience only (OpenID Connect Core section 2). */
function checkAuthorizedParty({ client, slug }: Context, claims: RawProfile | undefined): void {
  const party = claims?.['azp']
  if (party !== undefined && party !== client.clientId) throw invalidIdToken(slug, 'azp')
}

// The hash functions of JWS algorithms by their last signs; EdDSA and Ed25519 go with SHA-512.
const hashOf: Record<string, string> = { 256: 'sha256', 384: 'sha384', 512: 'sha512', DSA: 'sha512', 519: 'sha512' }

/** An ID Token that names its access token must mean this one (OpenID Connect Core section 3.1.3.8). */
function checkAccessTokenHash(
  slug: string,
  { id_token: idToken, access_token: accessToken }: Record<string, unknown>,
  claims: RawProfile | undefined,
): void {
  if (claims?.['at_hash'] === undefined) return
  const hash = hashOf[String(decodePart(String(idToken), 0)['alg']).slice(-3)]
  if (hash === undefined) return
  const digest = createHash(hash).update(String(accessToken)).digest()
  if (digest.subarray(0, digest.length / 2).toString('base64url') !== claims['at_hash']) throw invalidIdToken(slug, 'at_hash')
}

/** Seconds before which an ID Token that a login brings cannot have been issued. */
const oldest = 24 * 3600

/** The ID Token of a login is a fresh one: not from the future beyond what clocks may differ, nor an old one again. */
function checkIssuedAt({ provider, slug, now }: Context, claims: RawProfile | undefined): void {
  const age = now() / 1000 - Number(claims?.['iat'])
  if (!(age >= -(provider.clockTolerance ?? defaultClockTolerance) && age <= oldest)) throw invalidIdToken(slug, 'iat')
}

/** A refreshed ID Token must speak of the same user (OpenID Connect Core section 12.2). */
function checkSameSubject(slug: string, previous: Tokens, claims: RawProfile | undefined): void {
  if (!claims || previous.idToken === undefined) return
  if (decodePart(previous.idToken, 1)['sub'] !== claims['sub']) throw invalidIdToken(slug, 'sub changed')
}

function decodePart(token: string, index: number): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
  return isObject(value) ? value : {}
}

/** The error of an ID Token, or of what belongs to one. */
export function invalidIdToken(slug: string, reason: string): AuthError {
  return new AuthError('idtoken_invalid', "The provider's ID Token did not pass its checks.", { provider: slug, reason })
}
