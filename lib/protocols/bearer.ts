import { withCertificate } from '../endpoints/clientCertificate.js'
import type { Context } from '../model/context.js'
import type { ApiRequest } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'

/**
 * Puts a bearer token on a request (RFC 6750 section 2): in the Authorization header, or where the provider wants it.
 */
export function bearer({ provider }: Pick<Context, 'provider'>, { accessToken }: Tokens, request: ApiRequest): ApiRequest {
  switch (provider.tokenPlacement) {
    case 'query': {
      const url = new URL(request.url)
      url.searchParams.set(provider.tokenParameter ?? 'access_token', accessToken)
      return { ...request, url: url.href }
    }
    case 'body':
      if (isForm(request)) return { ...request, body: appendField(request.body, provider.tokenParameter ?? 'access_token', accessToken) }
      break
    case 'header':
    case undefined:
      break
  }
  const { tokenHeader = 'authorization', tokenScheme = 'Bearer' } = provider
  return { ...request, headers: { ...request.headers, [tokenHeader]: tokenScheme === '' ? accessToken : `${tokenScheme} ${accessToken}` } }
}

/** The same over a connection on which the client presents its certificate, where it has one: such tokens are bound to it (RFC 8705 section 3). */
export function signByBearer(context: Context, tokens: Tokens, request: ApiRequest): ApiRequest {
  return withCertificate(context, bearer(context, tokens, request))
}

// RFC 6750 section 2.2: only a form-encoded body can carry the token; any other request falls back to the header.
function isForm({ headers, body }: ApiRequest): boolean {
  return typeof body === 'string' && (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
}

function appendField(body: ApiRequest['body'], name: string, accessToken: string): string {
  const form = new URLSearchParams(String(body))
  form.set(name, accessToken)
  return form.toString()
}
