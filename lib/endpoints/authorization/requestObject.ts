import type { Context } from '../../model/context.js'
import { signingKeys } from '../clientAuthentication.js'
import { errorSource } from '../errorSource.js'
import { fromOpenidClient, isLoopbackHttp, loadOpenidClient } from '../openidClient.js'

/** Of an authorization server's metadata (RFC 8414), what an authorization request depends on. */
export interface AuthorizationServer {
  issuer: string
  authorization_endpoint: string
  require_pushed_authorization_requests?: unknown
  require_signed_request_object?: unknown
  request_object_signing_alg_values_supported?: readonly string[]
}

/**
 * Signs an authorization request with the client's private key (RFC 9101), for the provider alone and for a minute.
 *
 * @returns the request object, a JWT
 * @throws AuthError `config_invalid` where there is no key, or none that can be used
 */
export async function signRequest(context: Context, server: AuthorizationServer, parameters: URLSearchParams): Promise<string> {
  const { client } = context
  const openidClient = await loadOpenidClient()
  try {
    // What stands in the endpoint's own query is no part of the request.
    const endpoint = server.authorization_endpoint.replace(/\?.*$/, '')
    const configuration = new openidClient.Configuration(
      { issuer: server.issuer, authorization_endpoint: endpoint },
      client.clientId,
      undefined,
      openidClient.None(),
    )
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so by the library that it stands out; only for this machine itself
    if (isLoopbackHttp(endpoint)) openidClient.allowInsecureRequests(configuration)
    const keyFor = await signingKeys(client)
    const url = await openidClient.buildAuthorizationUrlWithJAR(
      configuration,
      parameters,
      keyFor(server.request_object_signing_alg_values_supported),
    )
    return url.searchParams.get('request') ?? ''
  } catch (error) {
    throw fromOpenidClient(error, errorSource(context))
  }
}
