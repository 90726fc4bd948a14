import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Connections, HttpRequest, StreamRequest } from '../model/http.js'
import { plainHeaders } from './headers.js'

export type Send = (
  request: HttpRequest | StreamRequest,
  signal: AbortSignal,
) => Promise<{ status: number; headers: Record<string, string>; chunks: AsyncIterable<Uint8Array> }>

/** Attempts at a request that kept connections lose. */
const maxAttempts = 3

/** Sends requests over the connections of the router. */
export function sendByNode(connections: Connections): Send {
  return async (asked, signal) => {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      const request = start(asked, connections)
      try {
        const response = await answerOf(request, asked.body, signal)
        return { status: response.statusCode ?? 0, headers: plainHeaders(response.headers), chunks: response }
      } catch (error) {
        const mayRepeat = attempt < maxAttempts && !signal.aborted && !(asked.body instanceof ReadableStream)
        if (!mayRepeat || !isLost(request, asked.method, error, connections)) throw error
      }
    }
  }
}

function start({ method, url, headers = {}, body, certificate }: HttpRequest | StreamRequest, connections: Connections): ClientRequest {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const request = protocol === 'https:' ? requestHttps : requestHttp
  return request({
    method,
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    headers: { ...headers, ...framing(body) },
    agent: connections.agentFor(url),
    ...certificate,
  })
}

// Said for every method: Node.js frames the body of some only.
function framing(body: StreamRequest['body']): Record<string, string> {
  if (body === undefined) return {}
  if (body instanceof ReadableStream) return { 'transfer-encoding': 'chunked' }
  return { 'content-length': String(Buffer.byteLength(body)) }
}

function answerOf(request: ClientRequest, body: StreamRequest['body'], signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Given to Node.js, the signal would cost each call several listeners more.
    const stop = (): void => {
      request.destroy(signal.reason as Error)
    }
    signal.addEventListener('abort', stop)
    let isAnswered = false
    request.once('response', (response) => {
      isAnswered = true
      resolve(response)
    })
    // It stays: what fails later is heard by who reads the answer.
    request.on('error', reject)
    request.once('close', () => {
      signal.removeEventListener('abort', stop)
      // An error costs its stack, which every answer would pay for.
      if (!isAnswered) reject(new Error('The connection was closed before an answer came'))
    })
    if (body instanceof ReadableStream) pipeline(Readable.fromWeb(body as NodeReadableStream), request).catch(reject)
    else request.end(body)
  })
}

/**
 * Whether a kept connection was closed under a request, and the request may be sent again: what the server cannot have read whole, and what
 * it may read twice (RFC 9110 section 9.2.2).
 */
function isLost(request: ClientRequest, method: string, error: unknown, connections: Connections): boolean {
  return connections.isUnsent(request, error) || (request.reusedSocket && (method === 'GET' || method === 'HEAD'))
}
