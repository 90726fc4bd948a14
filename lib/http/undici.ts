import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { ClientCertificate, HttpRequest, StreamRequest } from '../model/http.js'
import { plainHeaders } from './headers.js'
import type { AddressFilter } from './publicAddress.js'

/** Milliseconds to connect in. */
const connectTimeout = 3_000

export type Send = (
  request: HttpRequest | StreamRequest,
  signal: AbortSignal,
) => Promise<{ status: number; headers: Record<string, string>; chunks: AsyncIterable<Uint8Array> }>

type Undici = typeof import('undici')
type Dispatcher = import('undici').Dispatcher

/**
 * Sends requests over undici's connections.
 * @param configured the application's own dispatcher
 * @param filter where connections may go; everywhere unless given
 */
export function sendByUndici(configured: unknown, filter: AddressFilter | undefined): Send {
  let loaded: Promise<Pick<Undici, 'request'> & { dispatcherFor: ReturnType<typeof dispatchers> }> | undefined

  // Loaded at the first call: an application that is only being started pays nothing for it.
  async function load(): Promise<Pick<Undici, 'request'> & { dispatcherFor: ReturnType<typeof dispatchers> }> {
    const undici = await import('undici')
    return { request: undici.request, dispatcherFor: dispatchers(undici, configured as Dispatcher | undefined, filter) }
  }

  return async ({ method, url, headers, body, certificate }, signal) => {
    loaded ??= load()
    const { request, dispatcherFor } = await loaded
    const response = await request(url, {
      method: method,
      headers: headers ?? {},
      signal,
      body: body instanceof ReadableStream ? Readable.fromWeb(body as NodeReadableStream) : (body ?? null),
      dispatcher: dispatcherFor(certificate),
    })
    return { status: response.statusCode, headers: plainHeaders(response.headers), chunks: response.body as AsyncIterable<Uint8Array> }
  }
}

/** The connections of a request: those without a certificate, or of its certificate alone. An application's own dispatcher presents its own. */
function dispatchers(
  undici: Undici,
  configured: Dispatcher | undefined,
  filter: AddressFilter | undefined,
): (certificate: ClientCertificate | undefined) => Dispatcher {
  const plain = configured ?? agent(undici, filter)
  const byCertificate = new WeakMap<ClientCertificate, Dispatcher>()
  return (certificate) => {
    if (!certificate || configured) return plain
    const known = byCertificate.get(certificate) ?? agent(undici, filter, certificate)
    byCertificate.set(certificate, known)
    return known
  }
}

function agent({ Agent, buildConnector }: Undici, filter: AddressFilter | undefined, certificate?: ClientCertificate): Dispatcher {
  const options = { timeout: connectTimeout, ...(certificate ? { cert: certificate.cert, key: certificate.key } : {}) }
  if (!filter) return new Agent({ connect: options })
  const connect = buildConnector({ ...options, lookup: filter.lookup })
  return new Agent({
    connect: (where, callback) => {
      // What it throws fails the request, before anything is opened.
      filter.checkLiteral(where.hostname)
      connect(where, callback)
    },
  })
}
