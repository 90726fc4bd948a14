import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HostSession } from '../http/host.js'

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

/** A store for express-session, and further options of it. */
export interface MountedSession {
  store: object
  [option: string]: unknown
}

/** What `session` may be: nothing, a session middleware's that runs before, options for express-session with a store, or a function that finds the application's own. */
export type SessionSetting = 'request' | MountedSession | ((req: Request, res: Response) => HostSession)
