import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import type { Context } from '../model/context.js'
import { clientAuthMethod } from './clientAuthentication.js'
import { formSource } from './errorSource.js'
import { sendByGenericGrant } from './genericGrant.js'
import { sendBySimpleOauth2 } from './simpleOauth2.js'
import { errorCodeOf, isFailure, tokenEndpointError, type TokenForm } from './tokenErrors.js'

/**
 * Asks a token endpoint for tokens (RFC 6749 section 3.2).
 *
 * @param form all parameters, `grant_type` included, without client authentication
 * @param dpopKey what the tokens are to be bound to (RFC 9449), see `dpopKeyFor`
 * @returns the parsed answer, after the provider's `tokenResponse` hook
 * @throws AuthError `provider_error` with the provider's own code, `provider_bad_response`, `provider_timeout`; `config_invalid` where the
 * entry says `dpop` and the grant has no key
 */
export async function requestTokens(
  context: Context,
  form: TokenForm,
  endpoint: string,
  dpopKey?: string,
): Promise<Record<string, unknown>> {
  if (context.provider.dpop === true && dpopKey === undefined)
    throw new AuthError('config_invalid', `providers.${context.slug}.dpop is not available for this grant in this version of authrouter.`, {
      provider: context.slug,
    })
  const send = dpopKey === undefined && suitsSimpleOauth2(context, form) ? sendBySimpleOauth2 : sendByGenericGrant
  const answer = await send(context, form, endpoint, dpopKey)
  if (!isObject(answer))
    throw new AuthError('provider_bad_response', "The provider's token answer is not a JSON object.", { provider: context.slug })
  const response = context.provider.hooks?.tokenResponse?.(answer) ?? answer
  // Some providers answer 200 and put the error into the body.
  if (isFailure(response)) throw tokenEndpointError(errorCodeOf(response), 400, formSource(context, form), undefined)
  return response
}

const standardGrants: readonly string[] = ['authorization_code', 'refresh_token', 'client_credentials']

/**
 * The one place that decides which library makes a token call: simple-oauth2 where it can, openid-client's generic grant for public
 * clients, clients that sign or present a certificate, tokens that are bound to a key, other grants, repeated parameters,
 * form-encoded answers, entries that may lead to public addresses only, and applications that bring their own way out
 * (docs/decisions/oauth2-libraries.md).
 */
function suitsSimpleOauth2({ provider, client, outbound, reach }: Context, form: TokenForm): boolean {
  const method = clientAuthMethod(provider, client)
  return (
    ['basic', 'basic_raw', 'post'].includes(method)
    && standardGrants.includes(form.grant_type)
    && Object.values(form).every((value) => typeof value === 'string')
    && provider.tokenResponseFormat !== 'form'
    && provider.tokenMethod !== 'GET'
    && Object.keys(provider.parameterNames ?? {}).every((name) => name === 'client_id' || name === 'client_secret' || name === 'scope')
    && reach === undefined
    && outbound.fetch === undefined
    && (outbound.dispatcher === undefined || outbound.agent !== undefined)
    && isPrintable(client.clientId)
    && isPrintable(client.clientSecret ?? '')
  )
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
