import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { clientCaller } from '../clientCall.js'
import { inTurn } from './callsUnderWay.js'

// Longer ones are no reference any more, and the browser has to carry it.
const maxLength = 2048

/**
 * Pushes an authorization request to the provider (RFC 9126), authenticated as at the token endpoint.
 *
 * @param parameters of the request; with a signed request object, that one
 * @returns the `request_uri` that stands for it, once
 * @throws AuthError `discovery_failed` where the provider names no endpoint for it; `provider_bad_response` where it refuses,
 * `provider_timeout`, and what discovery throws: there is no going on without it
 */
export async function pushRequest(context: Context, parameters: URLSearchParams): Promise<string> {
  const { slug } = context
  const caller = await clientCaller(context, 'pushedAuthorizationRequest', 'take the authorization request')
  if (!caller) {
    throw new AuthError(
      'discovery_failed',
      `The provider's data name no endpoint for pushed authorization requests: set providers.${slug}.pushedAuthorizationRequestEndpoint.`,
      { provider: slug },
    )
  }
  try {
    const { answer } = await inTurn(`${slug} ${context.client.clientId}`, () =>
      caller((openidClient, configuration) => openidClient.buildAuthorizationUrlWithPAR(configuration, parameters)),
    )
    const requestUri = answer.searchParams.get('request_uri') ?? ''
    if (requestUri.length > maxLength) throw new AuthError('provider_bad_response', "The provider's request_uri is too long.")
    return requestUri
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    error.provider ??= slug
    if (error.code !== 'provider_error') throw error
    // Nothing that the user did: the request is ours.
    throw new AuthError('provider_bad_response', error.message, { provider: slug, providerError: error.providerError, cause: error })
  }
}
