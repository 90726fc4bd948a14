import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request as Express, Connect and a bare node:http server hand it over: what frameworks add is optional. */
export interface Request extends IncomingMessage {
  originalUrl?: string
  /** Where Express mounted this middleware. */
  baseUrl?: string
  body?: unknown
  session?: unknown
  sessionID?: string
  sessionStore?: { get: (id: string, done: (error?: unknown, session?: unknown) => void) => void }
  secure?: boolean
  /** The application of Express that the request is in. */
  app?: { get: (setting: string) => unknown }
}

export type Response = ServerResponse

/** Hands the request on, or an error to the application's error handler. */
export type Next = (error?: unknown) => void

/** A middleware of Express 5, Express 4, Connect and bare node:http. */
export type Handler = (req: Request, res: Response, next?: Next) => void

/** A header that may be sent once; a repeated one counts as absent. */
export function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether the client asks for JSON rather than for a page. */
export function wantsJson(req: IncomingMessage): boolean {
  const accept = headerOf(req, 'accept') ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

/** Whether a request comes from a script or a program rather than from somebody who follows a link. */
export function isApiRequest(req: IncomingMessage): boolean {
  const destination = headerOf(req, 'sec-fetch-dest')
  return wantsJson(req) || (destination !== undefined && destination !== 'document')
    || headerOf(req, 'x-requested-with')?.toLowerCase() === 'xmlhttprequest'
}
