import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Reply } from '../http/reply.js'
import type { Next, Response } from './nodeTypes.js'

/** Sends a reply, or hands the application the failure that it wants to answer itself. Half an answer is never taken for a whole: the connection ends. */
export function sendOrHand(res: Response, next: Next | undefined, reply: Reply): void {
  const {
    error,
    headers: { Allow },
  } = reply
  if (error && next) {
    if (Allow !== undefined) res.setHeader('Allow', Allow)
    next(error)
  } else if (res.headersSent) {
    res.destroy()
  } else {
    sendReply(res, reply)
  }
}

/** Answers a request. */
export function sendReply(res: Response, { status, headers, body }: Reply): void {
  res.statusCode = status
  setHeaders(res, headers)
  // Given an empty body, express-session would send the headers before its store has written, and the end of the answer by itself.
  if (body === '') res.end()
  else if (typeof body === 'string') res.end(body)
  else
    Readable.fromWeb(body as ReadableStream)
      .on('error', () => res.destroy())
      .pipe(res)
}

export function setHeaders(res: Response, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}
