import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import type { StreamResponse } from '../../model/http.js'
import type { ApiRequest } from '../../model/provider.js'
import { loadProtocol } from '../../protocols/index.js'
import { formType, headersOf, methodOf, type CallLimits } from './apiRequest.js'
import { exchange, type Account } from './exchange.js'
import type { Transport } from './send.js'

/** What `fetch` of the API client takes: the platform's `RequestInit` as far as it fits, and the limits of a call. */
export interface ApiFetchInit extends Omit<CallLimits, 'signal'> {
  /** `GET` unless told. */
  method?: string
  headers?: ConstructorParameters<typeof Headers>[0]
  /**
   * A stream is sent as it comes, once: the request is not made again after a 401, a 429 or a redirect that wants it repeated. Anything
   * else, a `Blob` and a `FormData` too, is read into memory first.
   */
  body?: string | URLSearchParams | ArrayBuffer | Uint8Array | Blob | FormData | ReadableStream<Uint8Array> | null
  /** Aborts the call, and the answer's body as long as it comes. */
  signal?: AbortSignal | null
  /** A redirect on the same origin: followed (default), given to the caller, or thrown as `provider_bad_response`. No other is ever followed. */
  redirect?: 'follow' | 'manual' | 'error'
  /** Milliseconds up to the headers of the answer, counted from the end of the body where that is a stream (default: `http.timeout` of the configuration). */
  timeout?: number
  /** Milliseconds that either side may be silent between two chunks of a body (default: 30 000). */
  idleTimeout?: number
  /** As the platform wants it beside a stream; nothing depends on it here. */
  duplex?: 'half'
}

interface Body {
  bytes?: string | Uint8Array
  stream?: ReadableStream<Uint8Array>
  type?: string | null
}

/**
 * Makes a request whose answer is a platform `Response` that is read as it comes.
 * @param url where it goes, already checked
 * @throws AuthError `bad_request` for what is not the caller's to set, or cannot be signed; and what `exchange` throws
 */
export async function apiFetch(account: Account, url: URL, init: ApiFetchInit): Promise<Response> {
  const { context } = account
  const { method = 'GET', redirect = 'follow', signal, ...limits } = init
  const { bytes, stream, type } = await bodyOf(init.body)
  const headers = headersOf(context, Object.fromEntries(new Headers(init.headers)), '*/*')
  if (type) headers['content-type'] ??= type
  const request: ApiRequest = { method: methodOf(method, context.slug), url: url.href, headers, body: bytes }
  if (stream && (await loadProtocol(context.provider)).covers(context, request)) throw unsignable(context.slug)
  const callLimits = { ...limits, ...(signal ? { signal } : {}) }

  let address = request.url
  const answer = await exchange(
    account,
    request,
    {
      timeout: limits.timeout ?? context.outbound.timeout,
      redirect,
      isReplayable: !stream,
      discard: ({ body }) => {
        void body?.cancel().catch(() => undefined)
      },
      transmit: transmission(context, stream, callLimits, (asked) => {
        address = asked
      }),
    },
    callLimits,
  )
  return platformResponse(answer, address, request.url, context.slug)
}

function transmission(
  { openStream, slug }: Context,
  stream: ReadableStream<Uint8Array> | undefined,
  { signal, idleTimeout }: { signal?: AbortSignal; idleTimeout?: number },
  tell: (address: string) => void,
): Transport<StreamResponse>['transmit'] {
  let unsent = stream
  return (signed, timeout, address) => {
    if (unsent && signed.body !== undefined) throw unsignable(slug)
    const body = unsent ?? signed.body
    unsent = undefined
    tell(address)
    return openStream({ ...signed, body, signal, timeout, ...(idleTimeout === undefined ? {} : { idleTimeout }) })
  }
}

function unsignable(slug: string): AuthError {
  return new AuthError(
    'bad_request',
    "This provider's signature covers the body, which a stream does not allow: pass the body as text or bytes.",
    { provider: slug },
  )
}

async function bodyOf(body: ApiFetchInit['body']): Promise<Body> {
  if (body === undefined || body === null) return {}
  if (body instanceof ReadableStream) return { stream: body }
  if (typeof body === 'string') return { bytes: body, type: 'text/plain;charset=UTF-8' }
  // As text, because a form may have to carry the token or be signed.
  if (body instanceof URLSearchParams) return { bytes: body.toString(), type: `${formType};charset=UTF-8` }
  if (body instanceof Uint8Array) return { bytes: body, type: null }
  const whole = new Response(body)
  return { bytes: new Uint8Array(await whole.arrayBuffer()), type: whole.headers.get('content-type') }
}

function platformResponse({ status, headers, body }: StreamResponse, address: string, asked: string, slug: string): Response {
  let response: Response
  try {
    response = new Response(body, { status, headers })
  } catch (cause) {
    void body?.cancel().catch(() => undefined)
    throw new AuthError('provider_bad_response', "The provider's answer is not valid HTTP.", { provider: slug, cause })
  }
  return Object.defineProperties(response, { url: { value: address }, redirected: { value: address !== asked } })
}
