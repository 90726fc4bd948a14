import { createHash } from 'node:crypto'
import type { Configuration, ServerMetadata } from 'openid-client'
import { AuthError } from '../errors.js'
import { isObject } from '../json.js'
import { readTokenResponse } from '../tokens.js'
import type { CallbackParameters, Context, Grant, Protocol, RawProfile, Tokens, TokenSet } from '../types.js'
import { authorizationAddress, authorizationRequest, withParameters } from './authorizationRequest.js'
import { authorizationCode } from './authorizationResponse.js'
import { bearer } from './bearer.js'
import { discover } from './discovery.js'
import { fromOpenidClient, loadOpenidClient } from './openidClient.js'
import { callbackFacts, fetchProfile } from './userinfo.js'

// Seconds; openid-client's own.
const defaultClockTolerance = 30

/** OpenID Connect: the authorization code flow with PKCE and nonce (OpenID Connect Core section 3.1), ID Token signatures checked. */
export const protocol: Protocol = {
  async authorize(context, options) {
    const metadata = (await discover(context)).serverMetadata()
    const endpoint = context.provider.authorizationEndpoint ?? metadata.authorization_endpoint
    if (endpoint === undefined) throw new AuthError('discovery_failed', 'The provider\'s discovery document names no authorization endpoint.', { provider: context.slug })
    const { parameters, state, remember } = authorizationRequest(context, options, { withNonce: context.provider.nonce !== false })
    return { location: authorizationAddress(endpoint, parameters), state, remember }
  },

  async exchange(context, grant) {
    const configuration = await discover(context)
    const { claims, ...response } = await requestTokens(context, configuration, grant)
    checkAlgorithm(context, response['id_token'])
    checkAuthorizedParty(context, claims)
    checkAccessTokenHash(context.slug, response, claims)
    if (grant.type === 'authorization_code') checkIssuedAt(context, claims)
    if (grant.type === 'refresh_token') checkSameSubject(context.slug, grant.tokens, claims)
    const tokens = readTokenResponse(response, {
      now: context.now(),
      ...(grant.type === 'refresh_token' ? { previous: grant.tokens } : {}),
      ...(grant.type === 'authorization_code' ? { requestedScope: grant.transaction.scope } : {}),
    })
    return { tokens, response, callback: callbackFacts(context.provider, grant), ...(claims ? { claims } : {}) }
  },

  async userinfo(context, tokenSet) {
    const profile = await fetchUserinfo(context, tokenSet)
    return { ...tokenSet.claims, ...profile }
  },

  sign(context, tokens, request) {
    return bearer(context, tokens, request)
  },
}

type TokenAnswer = Record<string, unknown> & { claims?: RawProfile }

async function requestTokens(context: Context, configuration: Configuration, grant: Grant): Promise<TokenAnswer> {
  const { provider, slug, redirectUri } = context
  const openidClient = await loadOpenidClient()
  const facts = { client: context.client, callback: callbackFacts(provider, grant) }
  const tokenParameters = (parameters: Record<string, string>): Record<string, string> => provider.hooks?.tokenRequest?.(parameters, facts) ?? parameters
  try {
    switch (grant.type) {
      case 'authorization_code': {
        const { parameters, transaction } = grant
        const metadata = configuration.serverMetadata()
        authorizationCode(parameters, expectedIssuer(metadata, parameters['iss']), slug)
        const callbackUrl = new URL(withParameters(redirectUri, libraryParameters(parameters, metadata)))
        return plain(await openidClient.authorizationCodeGrant(configuration, callbackUrl, {
          idTokenExpected: true,
          ...(transaction.nonce === undefined ? {} : { expectedNonce: transaction.nonce }),
          ...(transaction.codeVerifier === undefined ? {} : { pkceCodeVerifier: transaction.codeVerifier }),
          ...(parameters['state'] === undefined ? {} : { expectedState: parameters['state'] }),
          ...(transaction.maxAge === undefined ? {} : { maxAge: transaction.maxAge }),
        }, tokenParameters({ ...provider.tokenParams })))
      }
      case 'refresh_token': {
        if (grant.tokens.refreshToken === undefined) throw new AuthError('reauth_required', 'The provider gave no refresh token; sign in again.', { provider: slug })
        return plain(await openidClient.refreshTokenGrant(configuration, grant.tokens.refreshToken, tokenParameters({ ...provider.tokenParams, ...provider.refreshParams })))
      }
      case 'client_credentials':
        return plain(await openidClient.clientCredentialsGrant(configuration, tokenParameters({ ...provider.tokenParams,
          ...(grant.scope ? { scope: grant.scope.join(' ') } : {}) })))
    }
  } catch (error) {
    throw fromOpenidClient(error, slug)
  }
}

function plain(answer: Awaited<ReturnType<typeof import('openid-client').genericGrantRequest>>): TokenAnswer {
  const claims = answer.claims()
  const response = Object.fromEntries(Object.entries(answer).filter(([, value]) => typeof value !== 'function'))
  return { ...response, ...(claims ? { claims: { ...claims } } : {}) }
}

/** Of a callback, what the library needs: our own checks come first, and other parameters mean other flows to it. */
function libraryParameters({ code = '', state = '', iss }: CallbackParameters, { issuer }: ServerMetadata): Record<string, string> {
  return { code, state, ...(iss === undefined ? {} : { iss: issuer }) }
}

// Some servers have one document for many tenants, with a place holder in its issuer that the tenant's id takes.
function expectedIssuer(metadata: ServerMetadata, iss: string | undefined): { issuer: string; required: boolean } {
  const [head = '', tail] = metadata.issuer.split('{tenantid}')
  const tenant = tail !== undefined && iss?.startsWith(head) && iss.endsWith(tail) ? iss.slice(head.length, iss.length - tail.length) : ''
  return {
    issuer: /^[\w-]+$/.test(tenant) ? iss ?? metadata.issuer : metadata.issuer,
    required: metadata.authorization_response_iss_parameter_supported === true,
  }
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

// The hash functions of JWS algorithms by their last digits; EdDSA is used with SHA-512.
const hashOf: Record<string, string> = { 256: 'sha256', 384: 'sha384', 512: 'sha512', DSA: 'sha512' }

/** An ID Token that names its access token must mean this one (OpenID Connect Core section 3.1.3.8). */
function checkAccessTokenHash(slug: string, { id_token: idToken, access_token: accessToken }: Record<string, unknown>, claims: RawProfile | undefined): void {
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

/** A renewed ID Token must speak of the same person (OpenID Connect Core section 12.2). */
function checkSameSubject(slug: string, previous: Tokens, claims: RawProfile | undefined): void {
  if (!claims || previous.idToken === undefined) return
  if (decodePart(previous.idToken, 1)['sub'] !== claims['sub']) throw invalidIdToken(slug, 'sub changed')
}

function decodePart(token: string, index: number): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
  return isObject(value) ? value : {}
}

function invalidIdToken(slug: string, reason: string): AuthError {
  return new AuthError('idtoken_invalid', 'The provider\'s ID Token did not pass its checks.', { provider: slug, reason })
}

async function fetchUserinfo(context: Context, tokenSet: TokenSet): Promise<RawProfile> {
  const { provider, slug } = context
  const { tokens, claims = {} } = tokenSet
  if (provider.userinfo === false) return {}
  const subject = String(claims['sub'])
  if (provider.userinfoEndpoint !== undefined) {
    const profile = await fetchProfile(context, tokenSet, protocol.sign)
    if (profile['sub'] !== subject) throw invalidIdToken(slug, 'userinfo sub')
    return profile
  }
  const configuration = await discover(context)
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  const openidClient = await loadOpenidClient()
  try {
    return { ...await openidClient.fetchUserInfo(configuration, tokens.accessToken, subject) }
  } catch (error) {
    throw fromOpenidClient(error, slug)
  }
}
