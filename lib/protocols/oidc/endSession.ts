import { discoverMetadata } from '../../endpoints/discovery/discovery.js'
import type { Context } from '../../model/context.js'
import type { EndSessionRequest } from '../../model/protocol.js'
import { authorizationAddress } from '../authorizationRequest.js'

/** Characters of an ID Token that still fits into an address which every proxy on the way takes. */
const maxHint = 4_000

/**
 * The address at which the provider ends its session of this browser (OpenID Connect RP-Initiated Logout 1.0 section 2).
 * @throws AuthError `discovery_failed`, `provider_timeout`, `provider_bad_response`
 */
export async function endSession(context: Context, request: EndSessionRequest): Promise<string | undefined> {
  const { provider, client } = context
  const { postLogoutRedirectUri, state, idToken, logoutHint, uiLocales } = request
  const endpoint = provider.endSessionEndpoint ?? (await discoverMetadata(context)).end_session_endpoint
  if (endpoint === undefined) return undefined
  return authorizationAddress(endpoint, {
    client_id: client.clientId,
    // One that is encrypted is for us alone; without any, the provider asks the user.
    ...(idToken !== undefined && idToken.length <= maxHint && idToken.split('.').length === 3 ? { id_token_hint: idToken } : {}),
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
    ...(logoutHint === undefined ? {} : { logout_hint: logoutHint }),
    ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
  })
}
