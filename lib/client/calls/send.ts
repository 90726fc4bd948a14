import { AuthError } from '../../base/errors.js'
import { rememberNonce } from '../../endpoints/dpop/nonces.js'
import type { Context } from '../../model/context.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { loadProtocol } from '../../protocols/index.js'

/** What an answer is, however its body is read. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** One way to carry a signed request out, and what may be done with its answer. */
export interface Transport<A extends Answer> {
  /** Milliseconds for an answer, with the redirects on the way to it. */
  timeout: number
  /** @param address the request's own, without what signing has put into it */
  transmit: (signed: ApiRequest, timeout: number, address: string) => Promise<A>
  /** Lets go of an answer that nobody will read. */
  discard?: (answer: A) => void
  /** What becomes of a redirect on the same origin: followed unless told. */
  redirect?: 'follow' | 'manual' | 'error'
  /** Whether the body can be sent once more. */
  isReplayable: boolean
}

const maxRedirects = 5

/** Signs a request and sends it, following redirects that stay on the same origin; each hop is signed anew. */
export async function send<A extends Answer>(context: Context, tokens: Tokens, request: ApiRequest, transport: Transport<A>): Promise<A> {
  const { provider, client, slug } = context
  const protocol = await loadProtocol(provider)
  const start = performance.now()
  let current = request
  for (let hops = 0; ; hops++) {
    const prepared = provider.hooks?.apiRequest?.(current, tokens, client) ?? current
    if (prepared.url !== current.url && new URL(prepared.url).origin !== new URL(current.url).origin) {
      throw new AuthError('host_not_allowed', `The apiRequest hook of providers.${slug} may not send the access token to another host.`, {
        provider: slug,
      })
    }
    const timeLeft = hops === 0 ? transport.timeout : Math.ceil(transport.timeout - (performance.now() - start))
    if (timeLeft <= 0) throw new AuthError('provider_timeout', 'The provider did not answer in time.', { provider: slug })
    const signed = protocol.sign(context, tokens, prepared)
    // Signed at once as a rule: a promise is only made for what has to be waited for.
    const answer = await transport.transmit(signed instanceof Promise ? await signed : signed, timeLeft, current.url)
    if (tokens.dpopKey !== undefined) rememberNonce(client, current.url, answer.headers)
    if (answer.status < 300 || answer.status > 399) return answer
    const target = redirectTarget(current, answer)
    if (target === undefined || transport.redirect === 'manual') return answer
    if (transport.redirect === 'error') {
      transport.discard?.(answer)
      throw new AuthError('provider_bad_response', "The provider's API answered with a redirect.", { provider: slug })
    }
    // A server may repeat the signature of the request that it redirects; the next one has its own.
    const next = hops < maxRedirects ? redirected(current, answer.status, protocol.unsigned(target), transport.isReplayable) : undefined
    if (!next) return answer
    transport.discard?.(answer)
    current = next
  }
}

function redirectTarget({ url }: ApiRequest, { status, headers }: Answer): URL | undefined {
  const target = headers['location']
  return [301, 302, 303, 307, 308].includes(status) && target !== undefined && URL.canParse(target, url) ? new URL(target, url) : undefined
}

/** The next request of a redirect that stays on the same origin; a redirect elsewhere is the caller's to see, not ours to follow. */
function redirected(request: ApiRequest, status: number, target: URL, isReplayable: boolean): ApiRequest | undefined {
  if (target.origin !== new URL(request.url).origin || target.username || target.password) return undefined
  const keepsMethod = status === 307 || status === 308 || request.method === 'GET' || request.method === 'HEAD'
  if (!keepsMethod) return { method: 'GET', url: target.href, headers: withoutContentHeaders(request.headers) }
  return isReplayable ? { ...request, url: target.href } : undefined
}

// Fetch Standard, request-body-header name.
const contentHeaders = new Set(['content-type', 'content-encoding', 'content-language', 'content-location'])

function withoutContentHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !contentHeaders.has(name.toLowerCase())))
}
