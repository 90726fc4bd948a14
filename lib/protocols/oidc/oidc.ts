import type { Configuration, ServerMetadata } from 'openid-client'
import { AuthError } from '../../base/errors.js'
import { pairsOf, type Parameters } from '../../base/parameters.js'
import { decrypted, isEncrypted } from '../../endpoints/discovery/decrypt.js'
import { discover, discoverMetadata } from '../../endpoints/discovery/discovery.js'
import { dpopKeyFor } from '../../endpoints/dpop/keys.js'
import { asksForNonce } from '../../endpoints/dpop/nonces.js'
import { dpopOptions } from '../../endpoints/dpop/proof.js'
import { formSource, grantSource } from '../../endpoints/errorSource.js'
import { expectedAnswer, grantForm, preparedGrant } from '../../endpoints/grants/grantForm.js'
import { grantContext } from '../../endpoints/grants/jwtAssertion.js'
import { targetParameters } from '../../endpoints/grants/target.js'
import { fromOpenidClient, loadOpenidClient, metadataOf, staticConfiguration } from '../../endpoints/openidClient.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters, CodeGrant, Grant } from '../../model/login.js'
import { readTokenResponse } from '../../tokens/tokens.js'
import { authorizationLocation } from '../authorizationLocation.js'
import { authorizationRequest } from '../authorizationRequest.js'
import { authorizationCode } from '../authorizationResponse.js'
import { signByBearer } from '../bearer.js'
import { defineProtocol } from '../defineProtocol.js'
import { callbackFacts } from '../userinfo.js'
import { withClaimSources } from './claimSources.js'
import { endSession } from './endSession.js'
import { checkBothIdTokens, isHybrid, verifyFrontIdToken } from './hybrid.js'
import { verifyIdToken } from './idToken.js'
import { readFrontchannelLogout } from './frontchannelLogout.js'
import { verifyLogoutToken } from './logoutToken.js'
import { mergedClaims } from './mergedClaims.js'
import { isSigned, signedParameters, stateOfSigned } from './signedResponse.js'
import { tenantOf } from './claims/tenants.js'
import { fetchUserinfo, issuerOf } from './userinfo.js'

/** OpenID Connect: the authorization code flow with PKCE and nonce (OpenID Connect Core section 3.1), ID Token signatures checked. */
export const protocol = defineProtocol({
  async authorize(context, options) {
    const metadata = await discoverMetadata(context)
    const endpoint = context.provider.authorizationEndpoint ?? metadata.authorization_endpoint
    if (endpoint === undefined)
      throw new AuthError('discovery_failed', "The provider's discovery document names no authorization endpoint.", {
        provider: context.slug,
      })
    const request = authorizationRequest(context, options, { withNonce: context.provider.nonce !== false })
    const location = await authorizationLocation(context, request, { ...metadata, authorization_endpoint: endpoint })
    return { location, state: request.state, checks: request.checks }
  },

  state: (parameters, provider) => (isSigned(provider) ? stateOfSigned(parameters) : parameters['state']),

  async checkResponse(context, grant) {
    const metadata = await discoverMetadata(context)
    const parameters = await verifiedParameters(context, metadata, grant)
    checkAnswer(context, metadata, { ...grant, parameters })
    return parameters
  },

  async exchange(context, grant) {
    const configuration = await configurationFor(context, grant)
    const dpopKey = dpopKeyFor(context, grant)
    const response = await requestTokens(context, configuration, grant, dpopKey)
    const claims = await verifyIdToken(context, grant, response)
    if (grant.type === 'authorization_code' && isHybrid(context)) checkBothIdTokens(context, grant.parameters, claims)
    const tokens = readTokenResponse(response, {
      now: context.now(),
      dpopKey,
      ...expectedAnswer(grant),
    })
    return { tokens, response, callback: callbackFacts(context.provider, grant), ...(claims ? { claims } : {}) }
  },

  async userinfo(context, tokenSet) {
    const { claims = {} } = tokenSet
    const merged = mergedClaims(claims, await fetchUserinfo(context, tokenSet, signByBearer), context.provider.profile)
    return withClaimSources(context, merged, issuerOf(context, claims))
  },

  sign: signByBearer,
  refused: (_context, response) => asksForNonce(response),

  endSession,
  verifyLogoutToken,
  readFrontchannelLogout,
})

/** What discovery found, for a client that authenticates as this grant is made. */
async function configurationFor(context: Context, grant: Grant): Promise<Configuration> {
  const configuration = await discover(context)
  const by = grantContext(context, grant)
  return by === context ? configuration : staticConfiguration(by, metadataOf(configuration))
}

/** The parameters of an answer, of which those that somebody has signed are verified. */
async function verifiedParameters(context: Context, metadata: ServerMetadata, grant: CodeGrant): Promise<CallbackParameters> {
  const { parameters } = grant
  if (isSigned(context.provider)) return signedParameters(context, parameters, metadata.authorization_signing_alg_values_supported)
  if (!isHybrid(context) || parameters['error'] !== undefined) return parameters
  const { id_token: idToken = '' } = parameters
  // Opened once: it is compared with the second one later.
  const readable = isEncrypted(idToken) ? { ...parameters, id_token: await decrypted(context, idToken) } : parameters
  const issuer = await verifyFrontIdToken(context, { ...grant, parameters: readable }, (iss) => expectedIssuer(metadata, iss).issuer)
  // An ID Token names its issuer too (RFC 9207 section 2.4).
  return { iss: issuer, ...readable }
}

function checkAnswer(context: Context, metadata: ServerMetadata, grant: CodeGrant): void {
  authorizationCode(grant.parameters, expectedIssuer(metadata, grant.parameters['iss']), grantSource(context, grant))
}

async function requestTokens(
  context: Context,
  configuration: Configuration,
  grant: Grant,
  dpopKey: string | undefined,
): Promise<Record<string, unknown>> {
  const { provider, slug, redirectUri } = context
  const openidClient = await loadOpenidClient()
  let source = grantSource(context, grant)
  const dpop = await dpopOptions(configuration, context, dpopKey)
  const facts = { client: context.client, callback: callbackFacts(provider, grant) }
  const tokenParameters = (parameters: Record<string, string>): Record<string, string> =>
    provider.hooks?.tokenRequest?.(parameters, facts) ?? parameters
  const asked = (parameters: Parameters): URLSearchParams =>
    new URLSearchParams(pairsOf(preparedGrant({ ...provider.tokenParams, ...parameters }, tokenParameters)))
  try {
    switch (grant.type) {
      case 'authorization_code': {
        const { parameters, transaction } = grant
        const metadata = metadataOf(configuration)
        checkAnswer(context, metadata, grant)
        const callbackUrl = new URL(redirectUri)
        callbackUrl.search = new URLSearchParams(libraryParameters(parameters, metadata)).toString()
        return plain(
          await openidClient.authorizationCodeGrant(
            configuration,
            callbackUrl,
            {
              idTokenExpected: true,
              ...(transaction.nonce === undefined ? {} : { expectedNonce: transaction.nonce }),
              ...(transaction.codeVerifier === undefined ? {} : { pkceCodeVerifier: transaction.codeVerifier }),
              ...(parameters['state'] === undefined ? {} : { expectedState: parameters['state'] }),
              ...(transaction.maxAge === undefined ? {} : { maxAge: transaction.maxAge }),
            },
            tokenParameters({ ...provider.tokenParams }),
            dpop,
          ),
        )
      }
      case 'refresh_token': {
        if (grant.tokens.refreshToken === undefined)
          throw new AuthError('reauth_required', 'The provider gave no refresh token; sign in again.', { provider: slug })
        return plain(
          await openidClient.refreshTokenGrant(
            configuration,
            grant.tokens.refreshToken,
            asked({ ...provider.refreshParams, ...targetParameters(context, grant.target ?? {}) }),
            dpop,
          ),
        )
      }
      default: {
        const { grant_type: grantType, ...parameters } = await grantForm(context, grant)
        source = formSource(context, parameters)
        return plain(await openidClient.genericGrantRequest(configuration, grantType, asked(parameters), dpop))
      }
    }
  } catch (error) {
    throw fromOpenidClient(error, source)
  }
}

function plain(answer: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => typeof value !== 'function'))
}

/** Of a callback, what the library needs: our own checks come first, and other parameters mean other flows to it. */
function libraryParameters({ code = '', state = '', iss }: CallbackParameters, { issuer }: ServerMetadata): Record<string, string> {
  return { code, state, ...(iss === undefined ? {} : { iss: issuer }) }
}

// Some servers have one document for many tenants, with a place holder in its issuer that the tenant's id takes.
function expectedIssuer(metadata: ServerMetadata, iss: string | undefined): { issuer: string; required: boolean } {
  return {
    issuer: iss !== undefined && tenantOf(metadata.issuer, iss) !== undefined ? iss : metadata.issuer,
    required: metadata.authorization_response_iss_parameter_supported === true,
  }
}
