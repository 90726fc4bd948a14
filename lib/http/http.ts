import { ClientRequest } from 'node:http'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import { AuthError } from '../base/errors.js'
import { isPlainObject } from '../base/json.js'
import type { Connections, Http, HttpRequest, HttpResponse, HttpStream, Outbound, StreamRequest } from '../model/http.js'
import { createConnections, released } from './connections.js'
import { createDeadline, untilAborted } from './deadline.js'
import { failureOf } from './failure.js'
import { isWithoutBody, joined, requestHeaders } from './headers.js'
import { sendByNode, type Send } from './nodeHttp.js'
import { createHttpStream } from './openStream.js'
import { addressFilter } from './publicAddress.js'
import { sendByUndici } from './undici.js'

/** Milliseconds for a call to a provider's own endpoint; connecting may take three thousand of them. */
export const defaultTimeout = 5_000
/** Milliseconds for a call to a token endpoint, which may do real work. */
export const tokenTimeoutFactor = 2
/** Bytes of an answer of a provider's own endpoint. */
export const defaultMaxBytes = 1024 * 1024

type ResponseBody = ConstructorParameters<typeof Response>[0]

export interface WaysOut {
  http: Http
  openStream: HttpStream
  /** What both go over, for libraries that make requests by themselves; not where the application has a `fetch` or dispatcher. */
  connections: Connections
}

export interface WaysOutOptions {
  /** Whether connections go to public addresses and to `http.privateHosts` only: for addresses that come from somebody else (R14). */
  publicOnly?: boolean
  /** Finds the addresses of a name; `dns.lookup` unless given. */
  lookup?: LookupFunction
}

/**
 * Makes the ways out to the network, over the same connections: for answers that are read whole, and for those that are read as they
 * come. Bounded in time and size, never following a redirect, never asking for compression.
 *
 * @param outbound limits, and the application's own `fetch` or undici dispatcher, which does its own filtering
 * @returns functions that throw `AuthError` with `provider_timeout`, `provider_bad_response` or, for a private address, `discovery_failed`,
 * and never for an HTTP status
 */
export function createHttp(outbound: Outbound, { publicOnly = false, lookup }: WaysOutOptions = {}): WaysOut {
  const { fetch, dispatcher, privateHosts } = outbound
  const connections = createConnections(publicOnly ? addressFilter(privateHosts, lookup) : undefined)
  const send = fetch ? sendByFetch(fetch) : dispatcher === undefined ? sendByNode(connections) : sendByUndici(dispatcher)
  return { http: httpBy(send, outbound, fetch !== undefined), openStream: createHttpStream(outbound, send), connections }
}

/** @param mayBeDeaf whether what sends may pass over the signal */
function httpBy(send: Send, outbound: Outbound, mayBeDeaf: boolean): Http {
  return async function http(request) {
    const deadline = createDeadline(request.signal)
    const answer = async (): Promise<HttpResponse> => {
      const { status, headers, chunks } = await send({ ...request, headers: requestHeaders(request.headers) }, deadline.signal)
      const maxBytes = request.maxBytes ?? outbound.maxBytes
      return { status, headers, body: await unpacked(await readBounded(chunks, maxBytes), headers['content-encoding'], maxBytes) }
    }
    try {
      deadline.restart(request.timeout ?? outbound.timeout)
      return await (mayBeDeaf ? untilAborted(answer, deadline.signal) : answer())
    } catch (error) {
      throw failureOf(error, request.signal, deadline)
    } finally {
      deadline.end()
    }
  }
}

/** Compressed answers are not asked for, but some providers insist; the limit holds for what comes out. */
async function unpacked(body: Uint8Array, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  // An answer to HEAD, and one of status 204 or 304, says how it would be packed and has nothing to unpack.
  if (body.length === 0 || (encoding !== 'gzip' && encoding !== 'deflate')) return body
  try {
    return await promisify(unzip)(body, { maxOutputLength: maxBytes })
  } catch (cause) {
    throw new AuthError('provider_bad_response', "The provider's compressed answer cannot be read, or is too large.", { cause })
  }
}

function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async ({ method, url, headers, body }, signal) => {
    const response = await fetch(url, { method, headers: headers ?? {}, ...bodyInit(body), redirect: 'manual', signal })
    // What it unpacked itself is not packed any more, whatever the header says.
    const { 'content-encoding': _unpacked, ...plain } = joined(response.headers)
    return { status: response.status, headers: plain, chunks: response.body ?? none() }
  }
}

function bodyInit(body: HttpRequest['body'] | StreamRequest['body']): object {
  if (body === undefined) return {}
  // The Fetch Standard asks for it where the answer cannot begin before the request has ended.
  return body instanceof ReadableStream ? { body, duplex: 'half' } : { body }
}

async function* none(): AsyncGenerator<Uint8Array> {
  // An answer without a body has nothing to give.
}

async function readBounded(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  if (chunks instanceof Readable) {
    const body = await readStream(chunks, maxBytes)
    if ('req' in chunks && chunks.req instanceof ClientRequest) await released(chunks.req)
    return body
  }
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop early destroys the stream, and with it the connection that still sends.
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > maxBytes) throw largerThan(maxBytes)
    parts.push(chunk)
  }
  return Buffer.concat(parts, size)
}

/** The same by its events: iterating over a stream costs as much as all the rest of reading a small answer. */
function readStream(stream: Readable, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let size = 0
    stream.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size <= maxBytes) parts.push(chunk)
      else stream.destroy(largerThan(maxBytes))
    })
    stream.once('end', () => {
      resolve(Buffer.concat(parts, size))
    })
    stream.on('error', reject)
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new Error('The connection was closed before the answer was whole'))
    })
  })
}

function largerThan(maxBytes: number): AuthError {
  return new AuthError('provider_bad_response', `The provider's answer is larger than ${String(maxBytes)} bytes.`)
}

/** An answer whose body may have been read as JSON already. */
export interface ReadResponse extends HttpResponse {
  json?: unknown
}

/**
 * The same way out in the shape of `fetch`, for libraries that take one.
 * @param http the way out
 * @param limits of every call made through it
 */
export function asFetch(
  http: (request: HttpRequest) => Promise<ReadResponse>,
  limits: Pick<HttpRequest, 'timeout' | 'maxBytes'> = {},
): (url: string, init?: FetchInit) => Promise<Response> {
  return async (url, init = {}) => {
    const response = await http({
      method: init.method ?? 'GET',
      url,
      headers: headersOf(init.headers),
      body: typeof init.body === 'string' ? init.body : await bodyOf(init.body),
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

function headersOf(headers: FetchInit['headers'] = {}): Record<string, string> {
  // So libraries give them, in lower case; what they hold is checked where they are sent.
  if (isPlainObject(headers)) return headers as Record<string, string>
  return Object.fromEntries(new Headers(headers))
}

async function bodyOf(body: unknown): Promise<string | Uint8Array | undefined> {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body instanceof URLSearchParams) return body.toString()
  return new Uint8Array(await new Response(body as ResponseBody).arrayBuffer())
}

/** An answer of the one way out as a platform `Response`. */
export function toResponse({ status, headers, body, json }: ReadResponse): Response {
  // The stream that a body becomes takes longer to make and to read than all else that is done with a small answer.
  if (status === 200 && json !== undefined)
    // Defined, not assigned: frameworks put classes of their own in the place of the platform's, and in some nothing can be assigned.
    return Object.defineProperty(new Response(null, { status, headers }), 'json', { value: () => Promise.resolve(json) })
  return new Response(isWithoutBody(status) ? null : Buffer.from(body), { status, headers })
}
