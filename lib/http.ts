import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import { AuthError } from './errors.js'
import type { Http, HttpRequest, HttpResponse, Outbound } from './types.js'

/** Milliseconds for a call to a provider's own endpoint; connecting may take `connectTimeout` of them. */
export const defaultTimeout = 5_000
/** Milliseconds for a call to a token endpoint, which may do real work. */
export const tokenTimeoutFactor = 2
const connectTimeout = 3_000
/** Bytes of an answer of a provider's own endpoint. */
export const defaultMaxBytes = 1024 * 1024

type ResponseBody = ConstructorParameters<typeof Response>[0]
type Send = (request: HttpRequest, signal: AbortSignal) => Promise<{ status: number; headers: Record<string, string>; chunks: AsyncIterable<Uint8Array> }>

/**
 * Makes the one way out to the network: bounded in time and size, never following a redirect, never asking for compression.
 *
 * @param outbound limits, and the application's own `fetch` or undici dispatcher
 * @returns a function that throws `AuthError` with `provider_timeout` or `provider_bad_response`, and never for an HTTP status
 */
export function createHttp(outbound: Outbound): Http {
  const send = outbound.fetch ? sendByFetch(outbound.fetch) : sendByUndici(outbound.dispatcher)

  return async function http(request) {
    const deadline = AbortSignal.timeout(request.timeout ?? outbound.timeout)
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline
    const answer = async (): Promise<HttpResponse> => {
      const { status, headers, chunks } = await send({ ...request, headers: requestHeaders(request.headers) }, signal)
      const maxBytes = request.maxBytes ?? outbound.maxBytes
      return { status, headers, body: await unpacked(await readBounded(chunks, maxBytes), headers['content-encoding'], maxBytes) }
    }
    try {
      return await untilAborted(answer, signal)
    } catch (error) {
      if (request.signal?.aborted) throw error
      if (error instanceof AuthError) throw error
      if (deadline.aborted || isConnectTimeout(error)) throw new AuthError('provider_timeout', 'The provider did not answer in time.', { cause: error })
      throw new AuthError('provider_bad_response', 'The provider could not be reached.', { cause: error })
    }
  }
}

/** Names in lower case, so that a header is there once however it was written; the later one wins. */
function requestHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { 'accept-encoding': 'identity', 'user-agent': 'authrouter', ...Object.fromEntries(own) as Record<string, string> }
}

// An application's own fetch may pass over the signal; the limit holds all the same.
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => { stop = () => { reject(signal.reason as Error) } })
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Compressed answers are not asked for, but some providers insist; the limit holds for what comes out. */
async function unpacked(body: Uint8Array, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  // An answer to HEAD, and one of status 204 or 304, says how it would be packed and has nothing to unpack.
  if (body.length === 0 || (encoding !== 'gzip' && encoding !== 'deflate')) return body
  try {
    return await promisify(unzip)(body, { maxOutputLength: maxBytes })
  } catch (cause) {
    throw new AuthError('provider_bad_response', 'The provider\'s compressed answer cannot be read, or is too large.', { cause })
  }
}

function sendByUndici(configured: unknown): Send {
  let loaded: Promise<{ request: typeof import('undici').request; dispatcher: import('undici').Dispatcher }> | undefined

  // Loaded at the first call: an application that is only being started pays nothing for it.
  async function load(): Promise<{ request: typeof import('undici').request; dispatcher: import('undici').Dispatcher }> {
    const { Agent, request } = await import('undici')
    return { request, dispatcher: (configured as import('undici').Dispatcher | undefined) ?? new Agent({ connect: { timeout: connectTimeout } }) }
  }

  return async ({ method, url, headers, body }, signal) => {
    loaded ??= load()
    const { request, dispatcher } = await loaded
    const response = await request(url, { method: method, headers: headers ?? {}, body: body ?? null,
      signal, dispatcher })
    return { status: response.statusCode, headers: plainHeaders(response.headers), chunks: response.body as AsyncIterable<Uint8Array> }
  }
}

function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async ({ method, url, headers, body }, signal) => {
    const response = await fetch(url, { method, headers: headers ?? {}, ...(body === undefined ? {} : { body: body as NonNullable<ResponseBody> }), redirect: 'manual', signal })
    // What it unpacked itself is not packed any more, whatever the header says.
    const { 'content-encoding': _unpacked, ...plain } = joined(response.headers)
    return { status: response.status, headers: plain, chunks: response.body ?? none() }
  }
}

async function* none(): AsyncGenerator<Uint8Array> {
  // An answer without a body has nothing to give.
}

async function readBounded(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop early destroys the stream, and with it the connection that still sends.
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > maxBytes) throw new AuthError('provider_bad_response', `The provider's answer is larger than ${String(maxBytes)} bytes.`)
    parts.push(chunk)
  }
  return Buffer.concat(parts, size)
}

// The platform's Headers list each cookie by itself.
function joined(headers: Iterable<[string, string]>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of headers) plain[name] = name in plain ? `${plain[name] ?? ''}, ${value}` : value
  return plain
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT'
}

/**
 * The same way out in the shape of `fetch`, for libraries that take one.
 * @param http the way out
 * @param limits of every call made through it
 */
export function asFetch(http: Http, limits: Pick<HttpRequest, 'timeout' | 'maxBytes'> = {}): (url: string, init?: FetchInit) => Promise<Response> {
  return async (url, init = {}) => {
    const response = await http({
      method: init.method ?? 'GET',
      url,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: await bodyOf(init.body),
      signal: init.signal ?? undefined,
      ...limits,
    })
    return toResponse(response)
  }
}

export interface FetchInit {
  method?: string
  headers?: ConstructorParameters<typeof Headers>[0]
  body?: unknown
  signal?: AbortSignal | null | undefined
}

async function bodyOf(body: unknown): Promise<string | Uint8Array | undefined> {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body instanceof URLSearchParams) return body.toString()
  return new Uint8Array(await new Response(body as ResponseBody).arrayBuffer())
}

// The statuses that a Response must not be given a body for (Fetch Standard, null body status).
const withoutBody = new Set([101, 103, 204, 205, 304])

/** An answer of the one way out as a platform `Response`. */
export function toResponse({ status, headers, body }: HttpResponse): Response {
  return new Response(withoutBody.has(status) ? null : Buffer.from(body), { status, headers })
}
