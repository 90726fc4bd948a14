import type { Configuration, ServerMetadata } from 'openid-client'
import { AuthError } from '../base/errors.js'
import { isObject, readJson, utf8 } from '../base/json.js'
import { pairsOf, readForm, renamed, type Parameters } from '../base/parameters.js'
import { asFetch, tokenTimeoutFactor } from '../http/http.js'
import type { Context } from '../model/context.js'
import { clientCertificate } from './clientCertificate.js'
import { discoverMetadata } from './discovery/discovery.js'
import { formSource } from './errorSource.js'
import { fromOpenidClient, loadOpenidClient, ownHeaders, staticConfiguration, withoutChallenge, type OpenidClient } from './openidClient.js'
import { isFailure } from './tokenErrors.js'

/** Makes one call by openid-client. */
export type ClientCall<Answer> = (openidClient: OpenidClient, configuration: Configuration) => Promise<Answer>

/** An endpoint that clients authenticate at: what an entry and what discovery call it, and the status of its success. */
const endpoints = {
  revocation: { option: 'revocationEndpoint', name: 'revocation_endpoint', success: 200 },
  introspection: { option: 'introspectionEndpoint', name: 'introspection_endpoint', success: 200 },
  // RFC 9126 section 2.2.
  pushedAuthorizationRequest: { option: 'pushedAuthorizationRequestEndpoint', name: 'pushed_authorization_request_endpoint', success: 201 },
  deviceAuthorization: { option: 'deviceAuthorizationEndpoint', name: 'device_authorization_endpoint', success: 200 },
} as const

type Endpoint = keyof typeof endpoints

/** Makes a call, and gives the library's reading of the answer beside our own. */
export type ClientCaller = <Answer>(call: ClientCall<Answer>) => Promise<{ answer: Answer; parsed: unknown }>

/**
 * The way to an endpoint where the client authenticates as it does at the token endpoint: the entry's own, else the one of discovery.
 *
 * @param purpose the rest of the sentence "The provider refused to ..."
 * @returns `undefined` where the provider has no such endpoint
 * @throws AuthError what discovery throws; the caller throws `provider_error`, `provider_bad_response`, `provider_timeout`
 */
export async function clientCaller(asked: Context, endpoint: Endpoint, purpose: string): Promise<ClientCaller | undefined> {
  const metadata = await metadataFor(asked, endpoint)
  if (metadata === undefined) return undefined
  const { revocationClientAuth: clientAuth } = asked.provider
  const context = endpoint === 'revocation' && clientAuth ? { ...asked, provider: { ...asked.provider, clientAuth } } : asked
  return async (call) => {
    const openidClient = await loadOpenidClient()
    const configuration = await staticConfiguration(context, metadata)
    // An answer may be signed, whatever was asked for (RFC 9701 section 5).
    openidClient.enableNonRepudiationChecks(configuration)
    let parsed: unknown
    let sent: Parameters = {}
    configuration[openidClient.customFetch] = tolerantFetch(context, endpoints[endpoint].success, (form, body) => {
      sent = form
      parsed = body
    })
    try {
      return { answer: await call(openidClient, configuration), parsed }
    } catch (cause) {
      const error = fromOpenidClient(cause, formSource(context, sent))
      if (error.code !== 'provider_error') throw error
      throw new AuthError('provider_error', `The provider refused to ${purpose}.`, {
        provider: context.slug,
        providerError: error.providerError,
        cause,
      })
    }
  }
}

async function metadataFor(context: Context, endpoint: Endpoint): Promise<ServerMetadata | undefined> {
  const { provider } = context
  const { name, option } = endpoints[endpoint]
  const own = provider[option]
  if (provider.issuer !== undefined && provider.discovery !== false) {
    const metadata = await discoverMetadata(context)
    if (own === undefined) return metadata[name] === undefined ? undefined : metadata
    const { [name]: _other, ...aliases } = metadata.mtls_endpoint_aliases ?? {}
    return { ...metadata, [name]: own, mtls_endpoint_aliases: aliases }
  }
  if (own === undefined) return undefined
  const { authorizationEndpoint, tokenEndpoint, jwksUri, issuer = new URL(own).origin } = provider
  return {
    issuer,
    [name]: own,
    ...(authorizationEndpoint === undefined ? {} : { authorization_endpoint: authorizationEndpoint }),
    ...(tokenEndpoint === undefined ? {} : { token_endpoint: tokenEndpoint }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
  }
}

/**
 * A fetch for calls that are no token calls: no hook repairs their answers, and the request has the provider's own parameter names.
 * Answers of any 2xx count as `success`, for servers that say 204, unless they hold an error.
 */
function tolerantFetch(context: Context, success: number, keep: (form: Parameters, parsed: unknown) => void): ReturnType<typeof asFetch> {
  const { http, outbound, provider } = context
  return asFetch(async (request) => {
    const form = renamed(readForm(String(request.body ?? '')), provider.parameterNames)
    const response = withoutChallenge(
      await http({
        ...request,
        headers: ownHeaders(request.headers, provider),
        body: new URLSearchParams(pairsOf(form)).toString(),
        timeout: outbound.timeout * tokenTimeoutFactor,
        certificate: clientCertificate(context),
      }),
    )
    const parsed = readJson(utf8(response.body))
    keep(form, parsed)
    if (response.status < 200 || response.status > 299) return response
    return { ...response, status: isObject(parsed) && isFailure(parsed) ? 400 : success }
  })
}
