import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { plainHeaders } from './headers.js'
import type { Send } from './nodeHttp.js'

/**
 * Sends requests over an undici dispatcher of the application's, which keeps connections, and presents certificates, as it likes.
 */
export function sendByUndici(dispatcher: unknown): Send {
  return async ({ method, url, headers, body }, signal) => {
    const undici = await import('undici')
    const response = await undici.request(url, {
      method: method,
      headers: headers ?? {},
      signal,
      body: body instanceof ReadableStream ? Readable.fromWeb(body as NodeReadableStream) : (body ?? null),
      dispatcher: dispatcher as import('undici').Dispatcher,
    })
    return { status: response.statusCode, headers: plainHeaders(response.headers), chunks: response.body as AsyncIterable<Uint8Array> }
  }
}
