import type { Configuration } from 'openid-client'
import { AuthError } from '../../base/errors.js'
import { asText, isObject, readJson, textsOf } from '../../base/json.js'
import { withParameters } from '../../base/parameters.js'
import { errorSource } from '../../endpoints/errorSource.js'
import { clientMetadata, fromOpenidClient, loadOpenidClient, type OpenidClient, prepare } from '../../endpoints/openidClient.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters } from '../../model/login.js'
import type { ResolvedProvider } from '../../model/provider.js'

// JWT Secured Authorization Response Mode for OAuth 2.0 (JARM): the answer is one parameter, a JWT that the provider has signed.

/** Whether answers to an entry's requests are signed. */
export function isSigned({ responseMode }: ResolvedProvider): boolean {
  return responseMode?.endsWith('.jwt') === true
}

/** The state that a signed answer names, before anything of it was verified: it only says which login to look for. */
export function stateOfSigned({ response }: CallbackParameters): string | undefined {
  return asText(payloadOf(response)['state'])
}

/**
 * The parameters of a signed answer, verified in full: signature, issuer, audience, expiry and state (JARM section 2.4).
 *
 * @param configuration of the provider, with its keys
 * @throws AuthError `issuer_mismatch`, or `bad_request` for any other check that fails; `provider_timeout`, `provider_bad_response`
 */
export async function signedParameters(
  context: Context,
  configuration: Configuration,
  parameters: CallbackParameters,
): Promise<CallbackParameters> {
  const { slug, redirectUri } = context
  const { response = '' } = parameters
  const openidClient = await loadOpenidClient()
  const verifier = await verifierOf(openidClient, configuration, context)
  const answer = new URL(withParameters(redirectUri, { response }))
  try {
    await openidClient.authorizationCodeGrant(verifier, answer, { expectedState: stateOfSigned(parameters) ?? '' })
  } catch (error) {
    if (isVerified(openidClient, error)) return textsOf({ ...payloadOf(response), aud: undefined }) ?? {}
    const found = fromOpenidClient(error, errorSource(context))
    if (found.reason === 'claim iss')
      throw new AuthError('issuer_mismatch', 'The answer comes from another provider than the one asked.', { provider: slug, cause: error })
    if (found.code !== 'idtoken_invalid' && found.reason !== 'OAUTH_INVALID_RESPONSE') throw found
    throw new AuthError('bad_request', "The provider's signed answer did not pass its checks.", {
      provider: slug,
      reason: found.reason,
      cause: error,
    })
  }
  throw new AuthError('bad_request', "The provider's signed answer did not pass its checks.", { provider: slug })
}

/** What the library meets when it has verified an answer, and would redeem its code. */
class Redemption extends Error {}

/** An answer has been verified when the library goes on to redeem its code, or reads an error in it. */
function isVerified(openidClient: OpenidClient, error: unknown): boolean {
  return (
    error instanceof openidClient.AuthorizationResponseError
    || (error instanceof openidClient.ClientError && error.cause instanceof Redemption)
  )
}

const verifiers = new WeakMap<Configuration, Configuration>()

/** A configuration that verifies signed answers with the provider's keys, and redeems nothing. */
async function verifierOf(openidClient: OpenidClient, configuration: Configuration, context: Context): Promise<Configuration> {
  const known = verifiers.get(configuration)
  if (known) return known
  const verifier = new openidClient.Configuration(
    configuration.serverMetadata(),
    context.client.clientId,
    clientMetadata(openidClient, context),
    openidClient.None(),
  )
  prepare(openidClient, verifier, context)
  const fetchKeys = verifier[openidClient.customFetch]
  verifier[openidClient.customFetch] = (url, options) =>
    options.method === 'POST' || !fetchKeys ? Promise.reject(new Redemption()) : fetchKeys(url, options)
  openidClient.useJwtResponseMode(verifier)
  verifiers.set(configuration, verifier)
  return verifier
}

function payloadOf(jwt: string | undefined): Record<string, unknown> {
  const value = readJson(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString())
  return isObject(value) ? value : {}
}
