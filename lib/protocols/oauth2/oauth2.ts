import { AuthError } from '../../base/errors.js'
import { dpopKeyFor } from '../../endpoints/dpop/keys.js'
import { asksForNonce } from '../../endpoints/dpop/nonces.js'
import { grantSource } from '../../endpoints/errorSource.js'
import { expectedAnswer, grantForm, preparedGrant } from '../../endpoints/grants/grantForm.js'
import { grantContext } from '../../endpoints/grants/jwtAssertion.js'
import { targetParameters } from '../../endpoints/grants/target.js'
import { requestTokens } from '../../endpoints/token.js'
import type { TokenForm } from '../../endpoints/tokenErrors.js'
import type { Context } from '../../model/context.js'
import type { Grant } from '../../model/login.js'
import type { ResolvedProvider } from '../../model/provider.js'
import type { ResolvedExchange } from '../../model/refresh.js'
import type { Tokens } from '../../model/tokens.js'
import { canRefresh } from '../../tokens/canRefresh.js'
import { readTokenResponse } from '../../tokens/tokens.js'
import { authorizationLocation } from '../authorizationLocation.js'
import { authorizationRequest } from '../authorizationRequest.js'
import { authorizationCode, type ExpectedIssuer } from '../authorizationResponse.js'
import { signByBearer } from '../bearer.js'
import { defineProtocol } from '../defineProtocol.js'
import { endpoint } from '../endpoint.js'
import { callbackFacts, fetchProfile } from '../userinfo.js'

/** OAuth 2.0: the authorization code grant with PKCE (RFC 6749, RFC 7636, RFC 9700). */
export const protocol = defineProtocol({
  async authorize(context, options) {
    const { authorizationFragment: fragment, issuer } = context.provider
    const address = endpoint(context, 'authorizationEndpoint')
    const { state, checks, ...request } = authorizationRequest(context, options, { withNonce: false })
    const location = await authorizationLocation(context, request, {
      issuer: issuer ?? new URL(endpoint(context, 'tokenEndpoint')).origin,
      authorization_endpoint: address,
    })
    return { location: fragment === undefined ? location : `${location}#${fragment}`, state, checks }
  },

  async checkResponse(context, grant) {
    authorizationCode(grant.parameters, expectedIssuer(context.provider), grantSource(context, grant))
    return grant.parameters
  },

  async exchange(context, grant) {
    const { renewal, refreshEndpoint } = context.provider
    const isRefresh = grant.type === 'refresh_token'
    const dpopKey = dpopKeyFor(context, grant)
    const response =
      isRefresh && typeof renewal === 'object'
        ? await exchangeAccessToken(context, grant.tokens, renewal)
        : await requestTokens(
            grantContext(context, grant),
            await form(context, grant),
            (isRefresh ? refreshEndpoint : undefined) ?? endpoint(context, 'tokenEndpoint'),
            dpopKey,
          )
    return { tokens: readTokens(context, grant, response, dpopKey), response, callback: callbackFacts(context.provider, grant) }
  },

  userinfo(context, tokenSet) {
    return fetchProfile(context, tokenSet, signByBearer)
  },

  sign: signByBearer,
  refused: (_context, response) => asksForNonce(response),
})

async function form(context: Context, grant: Grant): Promise<TokenForm> {
  const { provider, slug, redirectUri } = context
  const prepare = (parameters: Record<string, string>): Record<string, string> =>
    preparedForm(context, parameters, callbackFacts(provider, grant))
  switch (grant.type) {
    case 'authorization_code': {
      const code = authorizationCode(grant.parameters, expectedIssuer(provider), grantSource(context, grant))
      const verifier = grant.transaction.codeVerifier
      return {
        ...preparedGrant({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }, prepare),
        ...(verifier === undefined ? {} : { code_verifier: verifier }),
      }
    }
    case 'refresh_token': {
      if (grant.tokens.refreshToken === undefined)
        throw new AuthError('reauth_required', 'The provider gave no refresh token; sign in again.', { provider: slug })
      const asked = { ...provider.refreshParams, ...targetParameters(context, grant.target ?? {}) }
      return preparedGrant({ ...asked, grant_type: 'refresh_token', refresh_token: grant.tokens.refreshToken }, prepare)
    }
    default:
      return preparedGrant(await grantForm(context, grant), prepare)
  }
}

function expectedIssuer({ authorizationResponseIssuer, issuer }: ResolvedProvider): ExpectedIssuer {
  return { issuer: authorizationResponseIssuer ?? issuer, required: false }
}

/** A form with the parameters that the provider's entry adds, after its hook has seen it. */
function preparedForm(
  { provider, client, slug }: Context,
  parameters: Record<string, string>,
  callback: Record<string, string>,
): Record<string, string> {
  const withParams = { ...provider.tokenParams, ...parameters }
  try {
    return provider.hooks?.tokenRequest?.({ ...withParams }, { client, callback }) ?? withParams
  } catch (cause) {
    // A hook may refuse what the provider's callback brought, and so end the login before its code is used.
    throw new AuthError('provider_error', "The provider's answer did not pass its checks.", { provider: slug, cause })
  }
}

/** Seconds of life below which a token counts as a short-lived one. */
const shortLife = 24 * 3600

function exchangeAccessToken(context: Context, tokens: Tokens, renewal: ResolvedExchange): Promise<Record<string, unknown>> {
  const { provider, slug } = context
  if (!canRefresh(context, tokens))
    throw new AuthError('reauth_required', 'The access has ended and cannot be exchanged; sign in again.', { provider: slug })
  const { issuedAt = 0, expiresAt = issuedAt } = tokens
  const exchange = expiresAt - issuedAt < shortLife ? (renewal.shortLived ?? renewal) : renewal
  const parameters = { grant_type: exchange.grantType, [exchange.parameter]: tokens.accessToken }
  return requestTokens(
    {
      ...context,
      provider: {
        ...provider,
        tokenMethod: exchange.method ?? 'POST',
        // A client that authenticates by nothing, and is not named either.
        ...(exchange.authenticated === false ? { clientAuth: () => undefined } : {}),
      },
    },
    preparedGrant(parameters, (single) => preparedForm(context, single, {})),
    exchange.endpoint ?? endpoint(context, 'tokenEndpoint'),
  )
}

function readTokens({ now, provider }: Context, grant: Grant, response: Record<string, unknown>, dpopKey: string | undefined): Tokens {
  return readTokenResponse(response, {
    now: now(),
    dpopKey,
    defaultTokenType: provider.defaultTokenType,
    ...expectedAnswer(grant),
  })
}
