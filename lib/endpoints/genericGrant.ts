import { isObject, readJson, utf8 } from '../base/json.js'
import { pairsOf, readForm, renamed, withParameters } from '../base/parameters.js'
import { asFetch, tokenTimeoutFactor } from '../http/http.js'
import type { Context } from '../model/context.js'
import type { HttpRequest, HttpResponse } from '../model/http.js'
import type { ResolvedProvider } from '../model/provider.js'
import { clientCertificate } from './clientCertificate.js'
import { rememberNonce } from './dpop/nonces.js'
import { dpopOptions } from './dpop/proof.js'
import { formSource } from './errorSource.js'
import { fromOpenidClient, loadOpenidClient, ownHeaders, staticConfiguration } from './openidClient.js'
import { errorCodeOf, isFailure, type SendTokenRequest } from './tokenErrors.js'

/** A token request made by the generic grant of openid-client, with an answer that it can read. */
export const sendByGenericGrant: SendTokenRequest = async (context, { grant_type: grantType, ...parameters }, endpoint, dpopKey) => {
  const { provider } = context
  const openidClient = await loadOpenidClient()
  try {
    const configuration = await staticConfiguration(context, {
      issuer: provider.issuer ?? new URL(endpoint).origin,
      token_endpoint: endpoint,
    })
    let answer: unknown
    configuration[openidClient.customFetch] = normalisingFetch(context, (parsed) => {
      answer = parsed
    })
    const asked = new URLSearchParams(pairsOf(parameters))
    await openidClient.genericGrantRequest(configuration, grantType, asked, await dpopOptions(configuration, context, dpopKey))
    return answer
  } catch (error) {
    throw fromOpenidClient(error, formSource(context, parameters))
  }
}

/**
 * A fetch that hands the library a plain success or error of RFC 6749 and keeps the answer as it came, for servers that answer
 * form-encoded, without `token_type`, with `null` members or with an error under status 200.
 */
function normalisingFetch(context: Context, keep: (parsed: unknown) => void): ReturnType<typeof asFetch> {
  const { http, outbound, provider } = context
  return asFetch(async (request) => {
    const shaped = shapeRequest({ ...request, headers: ownHeaders(request.headers, provider) }, provider)
    const response = await http({ ...shaped, timeout: outbound.timeout * tokenTimeoutFactor, certificate: clientCertificate(context) })
    rememberNonce(context.client, shaped.url, response.headers)
    const parsed = parseTokenAnswer(response)
    keep(parsed)
    if (!isObject(parsed)) return response
    const failed = isFailure(parsed)
    const plain = failed
      ? { error: errorCodeOf(parsed) }
      : // Only the answer as it came counts, after the provider's hook has seen it; the library needs one of the right shape.
        { access_token: 'kept aside', token_type: 'Bearer' }
    return {
      status: failed ? Math.max(response.status, 400) : response.status === 201 ? 200 : response.status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(plain)),
    }
  })
}

/** A token request of RFC 6749 under the provider's own parameter names, as JSON, or as a GET, where it wants that. */
function shapeRequest(request: HttpRequest, { parameterNames, tokenMethod, tokenBodyFormat }: ResolvedProvider): HttpRequest {
  const form = renamed(readForm(String(request.body ?? '')), parameterNames)
  const { 'content-type': _form, ...headers } = request.headers ?? {}
  if (tokenMethod === 'GET') return { ...request, method: 'GET', url: withParameters(request.url, form), headers, body: undefined }
  if (tokenBodyFormat === 'json')
    return { ...request, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(form) }
  return { ...request, body: new URLSearchParams(pairsOf(form)).toString() }
}

function parseTokenAnswer({ body, headers }: HttpResponse): unknown {
  const text = utf8(body)
  const value = readJson(text)
  const isForm = value === undefined && ((headers['content-type'] ?? '').includes('form') || /^[\w.-]+=/.test(text))
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : value
}
