import { withCertificate } from '../endpoints/clientCertificate.js'
import { prove } from '../endpoints/dpop/proof.js'
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

/**
 * The same, or with a proof for tokens that are bound to a key (RFC 9449 section 7), over a connection on which the client presents its
 * certificate, where it has one: tokens may be bound to that (RFC 8705 section 3).
 */
export function signByBearer(context: Context, tokens: Tokens, request: ApiRequest): ApiRequest | Promise<ApiRequest> {
  const presented = withCertificate(context, request)
  return tokens.tokenType.toLowerCase() === 'dpop' ? prove(context, tokens, presented) : bearer(context, tokens, presented)
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
