import { AuthError } from '../errors.js'
import { readTokenResponse } from '../tokens.js'
import type { Context, Grant, Protocol, Tokens } from '../types.js'
import { authorizationRequest, withParameters } from './authorizationRequest.js'
import { authorizationCode } from './authorizationResponse.js'
import { bearer } from './bearer.js'
import { requestTokens } from './tokenEndpoint.js'
import { fetchProfile } from './userinfo.js'

/** OAuth 2.0: the authorization code grant with PKCE (RFC 6749, RFC 7636, RFC 9700). */
export const protocol: Protocol = {
  authorize(context, options) {
    const { parameters, state, remember } = authorizationRequest(context, options, { withNonce: false })
    return Promise.resolve({ location: withParameters(endpoint(context, 'authorizationEndpoint'), parameters), state, remember })
  },

  async exchange(context, grant) {
    const response = await requestTokens(context, form(context, grant), endpoint(context, 'tokenEndpoint'))
    return { tokens: readTokens(context, grant, response), response }
  },

  async userinfo(context, { tokens, response }) {
    // Some providers describe the person in the token answer and have no other place.
    if (context.provider.userinfoEndpoint === undefined) return { ...response }
    return fetchProfile(context, tokens, protocol.sign)
  },

  sign(context, tokens, request) {
    return bearer(context, tokens, request)
  },
}

function form(context: Context, grant: Grant): Record<string, string> {
  const { provider, slug, redirectUri } = context
  const prepare = (parameters: Record<string, string>): Record<string, string> => {
    const withParams = { ...provider.tokenParams, ...parameters }
    return provider.hooks?.tokenRequest?.({ ...withParams }) ?? withParams
  }
  switch (grant.type) {
    case 'authorization_code': {
      const code = authorizationCode(grant.parameters, { issuer: provider.authorizationResponseIssuer ?? provider.issuer, required: false }, slug)
      const verifier = grant.transaction.codeVerifier
      return {
        ...prepare({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }),
        ...(verifier === undefined ? {} : { code_verifier: verifier }),
      }
    }
    case 'refresh_token': {
      if (grant.tokens.refreshToken === undefined) throw new AuthError('reauth_required', 'The provider gave no refresh token; sign in again.', { provider: slug })
      return prepare({ grant_type: 'refresh_token', refresh_token: grant.tokens.refreshToken })
    }
    case 'client_credentials':
      return prepare({ grant_type: 'client_credentials', ...(grant.scope ? { scope: grant.scope.join(provider.scopeSeparator ?? ' ') } : {}) })
  }
}

function readTokens({ now, provider }: Context, grant: Grant, response: Record<string, unknown>): Tokens {
  return readTokenResponse(response, {
    now: now(),
    defaultTokenType: provider.defaultTokenType,
    ...(grant.type === 'refresh_token' ? { previous: grant.tokens } : {}),
    ...(grant.type === 'authorization_code' ? { requestedScope: grant.transaction.scope } : {}),
  })
}

function endpoint({ provider, slug }: Context, name: 'authorizationEndpoint' | 'tokenEndpoint'): string {
  const address = provider[name]
  if (address === undefined) throw new AuthError('config_invalid', `providers.${slug}.${name} is missing.`, { provider: slug })
  return address
}
