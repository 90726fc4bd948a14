import { createRequire } from 'node:module'
import { AuthError } from '../lib/errors.js'
import type { Engine } from './engine.js'
import type { Next, Request, Response } from './http.js'

type SessionMiddleware = (req: Request, res: Response, next: Next) => void

const require = createRequire(import.meta.url)

/**
 * Mounts express-session with the application's store, with the cookie attributes of rule R5.
 * @param options `store` and any other option of express-session, which wins over what is set here
 * @param secure whether the application is reached by https
 */
export function mountSession({ settings }: Pick<Engine, 'settings'>, options: { store: object; [option: string]: unknown }, secure: boolean): SessionMiddleware {
  // CommonJS and only for applications that use it, so it is loaded here and not with the package.
  const session = require('express-session') as (options: object) => SessionMiddleware
  const { cookie, ...others } = options as { store: object; cookie?: object }
  return session({
    name: secure ? '__Host-ar.sid' : 'ar.sid',
    secret: [...settings.secrets],
    resave: false,
    saveUninitialized: false,
    rolling: settings.expiry.rolling,
    ...others,
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure, ...(typeof settings.remember === 'number' ? { maxAge: settings.remember * 1000 } : {}), ...cookie },
  })
}

/** Runs a session middleware before ours. */
export function runSession(middleware: SessionMiddleware, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    middleware(req, res, (error) => {
      if (error === undefined || error === null) resolve()
      else reject(new AuthError('store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.', { cause: error }))
    })
  })
}
