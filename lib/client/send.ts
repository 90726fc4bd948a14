import { AuthError } from '../errors.js'
import { loadProtocol } from '../protocols/index.js'
import type { ApiRequest, Context, HttpResponse, Tokens } from '../types.js'
import type { RequestOptions } from './apiRequest.js'

const defaultMaxBytes = 10 * 1024 * 1024
const maxRedirects = 5

/** Signs a request and sends it, following redirects that stay on the same origin; each hop is signed anew. */
export async function send(context: Context, tokens: Tokens, request: ApiRequest, { timeout, maxBytes = defaultMaxBytes, signal }: RequestOptions): Promise<HttpResponse> {
  const { provider, client, http, slug } = context
  const protocol = await loadProtocol(provider.protocol)
  let current = request
  for (let hops = 0; ; hops++) {
    const prepared = provider.hooks?.apiRequest?.(current, tokens, client) ?? current
    if (new URL(prepared.url).origin !== new URL(current.url).origin) {
      throw new AuthError('host_not_allowed', `The apiRequest hook of providers.${slug} may not send the access token to another host.`, { provider: slug })
    }
    const signed = protocol.sign(context, tokens, prepared)
    const response = await http({ ...signed, maxBytes, signal, ...(timeout === undefined ? {} : { timeout }) })
    const next = hops < maxRedirects ? redirected(current, response) : undefined
    if (!next) return response
    current = next
  }
}

/** The next request of a redirect that stays on the same origin; a redirect elsewhere is the caller's to see, not ours to follow. */
function redirected(request: ApiRequest, { status, headers }: HttpResponse): ApiRequest | undefined {
  const target = headers['location']
  if (![301, 302, 303, 307, 308].includes(status) || target === undefined || !URL.canParse(target, request.url)) return undefined
  const url = new URL(target, request.url)
  if (url.origin !== new URL(request.url).origin) return undefined
  const keepsMethod = status === 307 || status === 308 || request.method === 'GET' || request.method === 'HEAD'
  const { 'content-type': _dropped, ...headersWithoutBody } = request.headers
  return keepsMethod ? { ...request, url: url.href } : { method: 'GET', url: url.href, headers: headersWithoutBody }
}
