import { createRequire } from 'node:module'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import connect from 'connect'
import express from 'express'
import type { ApiClient, AuthRouter, AuthUser, RequestAuth } from '../../middleware/index.js'

// Express 4 under its alias, which has no types of its own.
const express4 = createRequire(import.meta.url)('express4') as typeof express

/** A request as a handler behind the router sees it, on every host. */
export type SignedRequest = IncomingMessage & {
  authUser?: AuthUser
  oauthClient: ApiClient
  oauthClients: Record<string, ApiClient>
  auth: RequestAuth
  session?: Record<string, unknown>
}

export type AppHandler = (req: SignedRequest, res: ServerResponse) => void | Promise<void>
type Middleware = (req: never, res: never, next: (error?: unknown) => void) => void

export interface AppParts {
  before?: Middleware[]
  router: AuthRouter
  /** By exact path. */
  handlers?: Record<string, AppHandler>
  /** By exact path, with guards before the handler. */
  guarded?: Record<string, [Middleware, AppHandler]>
  mountPath?: string
}

export type Host = (parts: AppParts) => (req: IncomingMessage, res: ServerResponse) => void

interface Application {
  use: ((handler: Middleware) => unknown) & ((path: string, handler: Middleware) => unknown)
}

function compose(app: Application, { before = [], router, handlers = {}, guarded = {}, mountPath }: AppParts): void {
  for (const middleware of before) app.use(middleware)
  if (mountPath === undefined) app.use(router as Middleware)
  else app.use(mountPath, router as Middleware)
  for (const [path, [guard, handler]] of Object.entries(guarded)) {
    app.use(((req: SignedRequest, res: ServerResponse, next: (error?: unknown) => void) => {
      if (pathOf(req) === path)
        (guard as (...args: unknown[]) => void)(req, res, (error?: unknown) => {
          if (error) next(error)
          else run(handler, req, res, next)
        })
      else next()
    }) as Middleware)
  }
  app.use(((req: SignedRequest, res: ServerResponse, next: (error?: unknown) => void) => {
    const handler = handlers[pathOf(req)]
    if (handler) run(handler, req, res, next)
    else next()
  }) as Middleware)
}

function run(handler: AppHandler, req: SignedRequest, res: ServerResponse, next: (error?: unknown) => void): void {
  Promise.resolve(handler(req, res)).catch(next)
}

function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '/').split('?')[0] ?? '/'
}

/** Every kind of application that the middleware runs in. */
export const hosts: Record<'Express 5' | 'Express 4' | 'Connect', Host> = {
  'Express 5': (parts) => {
    const app = express()
    compose(app as unknown as Application, parts)
    return app
  },
  'Express 4': (parts) => {
    const app = express4()
    compose(app as unknown as Application, parts)
    return app
  },
  Connect: (parts) => {
    const app = connect()
    compose(app as unknown as Application, parts)
    return app
  },
}

/** A server on a free port of this machine. */
export async function listen(
  handler: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<{ url: string; server: Server; close: () => Promise<void> }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${String(port)}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

export function sendJson(res: ServerResponse, value: unknown): void {
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify(value ?? null))
}
