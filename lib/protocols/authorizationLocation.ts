import { AuthError } from '../base/errors.js'
import { renamed } from '../base/parameters.js'
import { pushRequest } from '../endpoints/authorization/pushedRequest.js'
import { type AuthorizationServer, signRequest } from '../endpoints/authorization/requestObject.js'
import type { Context } from '../model/context.js'
import { authorizationAddress, type AuthorizationRequest, requestForm } from './authorizationRequest.js'

/**
 * Where to send the browser with an authorization request: with all of it, with a signed one (RFC 9101), or with a reference to one that has
 * been pushed (RFC 9126).
 *
 * @throws AuthError `config_invalid` for an entry that turns off what the provider requires; what pushing and signing throw: none of
 * them is left out because it fails
 */
export async function authorizationLocation(
  context: Context,
  request: Pick<AuthorizationRequest, 'parameters' | 'resource'>,
  server: AuthorizationServer,
): Promise<string> {
  const { client, provider } = context
  const endpoint = server.authorization_endpoint
  const named = renamed({ client_id: client.clientId }, provider.parameterNames)
  const form = requestForm(request)
  const isPushed = isOn(
    context,
    'par',
    server.require_pushed_authorization_requests,
    provider.pushedAuthorizationRequestEndpoint !== undefined,
  )
  const isSigned = isOn(context, 'requestObject', server.require_signed_request_object)
  const asked = isSigned ? new URLSearchParams({ ...named, request: await signRequest(context, server, form) }) : form
  if (isPushed) {
    const requestUri = await pushRequest(context, asked)
    return authorizationAddress(endpoint, { ...named, request_uri: requestUri })
  }
  if (!isSigned) return authorizationAddress(endpoint, form)
  // OpenID Connect Core section 6.1 wants these beside it, with the same values.
  for (const name of provider.protocol === 'oidc' ? ['response_type', 'scope'] : []) asked.set(name, form.get(name) ?? '')
  return authorizationAddress(endpoint, asked)
}

/** What the entry says; else what the provider requires, or what the entry speaks for. */
function isOn({ provider, slug }: Context, option: 'par' | 'requestObject', required: unknown, implied = false): boolean {
  const wanted = provider[option]
  if (wanted === false && required === true) {
    throw new AuthError('config_invalid', `providers.${slug}.${option} is false, and the provider requires it: leave it out.`, {
      provider: slug,
    })
  }
  return wanted ?? (required === true || implied)
}
