import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer as a value, before anything is sent. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: string
  /** What the request log tells about a refusal. */
  problem?: string
}

/** Answers with JSON. */
export function jsonReply(status: number, value: unknown): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: JSON.stringify(value) }
}

/** Answers with one line of plain text. */
export function textReply(status: number, text: string, problem?: string): Reply {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body: `${text}\n`, ...(problem === undefined ? {} : { problem }) }
}

/** Answers with a picture that anybody may see. */
export function pictureReply(svg: string): Reply {
  const headers = {
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: svg }
}

/** Answers with a page that may run no script, load nothing from elsewhere and stand in no frame. */
export function htmlReply(status: number, body: string, problem?: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action here: browsers would apply it to the redirect that leads back to the application.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body, ...(problem === undefined ? {} : { problem }) }
}

/** Sends the browser elsewhere. */
export function redirectReply(location: string): Reply {
  return { status: 302, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }, body: '' }
}

/** Reads a request's body; `undefined` when it has more than `limit` bytes. */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // The rest of a body that is too large is read and dropped, so that the client gets to see the answer.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
  }
  return size > limit ? undefined : Buffer.concat(chunks)
}

/** Sends a reply. The Date header follows `clock` (milliseconds), because clients set their timestamps by it. */
export function send(res: ServerResponse, reply: Reply, clock: () => number): void {
  res.sendDate = false
  const length = reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(reply.body) }
  res.writeHead(reply.status, { ...reply.headers, ...length, date: new Date(clock()).toUTCString() })
  res.end(reply.body)
}

/** Listens at a port, 0 for any that is free; returns the origin. */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host)
  await once(server, 'listening')
  // An address and not the path of a socket, because it listens at a port.
  const address = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

/** Ends a server at once, with its open connections. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
