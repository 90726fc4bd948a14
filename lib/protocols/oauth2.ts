import { AuthError } from '../errors.js'
import { readTokenResponse } from '../tokens.js'
import type { Context, Grant, Protocol, Tokens } from '../types.js'
import { authorizationAddress, authorizationRequest } from './authorizationRequest.js'
import { authorizationCode } from './authorizationResponse.js'
import { bearer } from './bearer.js'
import { requestTokens } from './tokenEndpoint.js'
import { callbackFacts, fetchProfile } from './userinfo.js'

/** OAuth 2.0: the authorization code grant with PKCE (RFC 6749, RFC 7636, RFC 9700). */
export const protocol: Protocol = {
  authorize(context, options) {
    const { parameters, state, remember } = authorizationRequest(context, options, { withNonce: false })
    const location = authorizationAddress(endpoint(context, 'authorizationEndpoint'), parameters)
    const { authorizationFragment: fragment } = context.provider
    return Promise.resolve({ location: fragment === undefined ? location : `${location}#${fragment}`, state, remember })
  },

  async exchange(context, grant) {
    const address = grant.type === 'refresh_token' && context.provider.refreshEndpoint ? context.provider.refreshEndpoint : endpoint(context, 'tokenEndpoint')
    const response = await requestTokens(context, form(context, grant), address)
    return { tokens: readTokens(context, grant, response), response, callback: callbackFacts(context.provider, grant) }
  },

  userinfo(context, tokenSet) {
    return fetchProfile(context, tokenSet, protocol.sign)
  },

  sign(context, tokens, request) {
    return bearer(context, tokens, request)
  },
}

function form(context: Context, grant: Grant): Record<string, string> {
  const { provider, slug, redirectUri } = context
  const facts = { client: context.client, callback: callbackFacts(provider, grant) }
  const prepare = (parameters: Record<string, string>): Record<string, string> => {
    const withParams = { ...provider.tokenParams, ...parameters }
    try {
      return provider.hooks?.tokenRequest?.({ ...withParams }, facts) ?? withParams
    } catch (cause) {
      // A hook may refuse what the provider's callback brought, and so end the login before its code is used.
      throw new AuthError('provider_error', 'The provider\'s answer did not pass its checks.', { provider: slug, cause })
    }
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
      return prepare({ ...provider.refreshParams, grant_type: 'refresh_token', refresh_token: grant.tokens.refreshToken })
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
