import { isObject, readJson, utf8 } from '../../base/json.js'
import { followingRedirects } from '../../http/redirects.js'
import type { Context } from '../../model/context.js'
import type { HttpRequest, HttpResponse } from '../../model/http.js'
import { documentCertificate } from '../clientCertificate.js'
import { ownHeaders } from '../openidClient.js'

/** Fetches a public document of a provider. */
export function getDocument(context: Context, request: HttpRequest): Promise<HttpResponse> {
  const { http, outbound, provider } = context
  return followingRedirects(
    http,
    outbound.timeout,
  )({ ...request, headers: ownHeaders(request.headers, provider), certificate: documentCertificate(context, request.url) })
}

/** The JSON object that an answer of status 200 holds; `undefined` for any other answer. */
export function readDocument({ status, body }: HttpResponse): Record<string, unknown> | undefined {
  const document = status === 200 ? readJson(utf8(body)) : undefined
  return isObject(document) ? document : undefined
}
