import type { ErrorRequestHandler, RequestHandler } from 'express'
import { AuthError } from 'authrouter'
import { failurePage, signInUrl } from './pages.js'

/**
 * Headers of every page: nothing but the application's own style sheet, and pictures from where its people have them. No page is kept,
 * so that "back" after signing out shows nothing of the person who was there.
 */
export function pageHeaders({ pictures }: { pictures: readonly string[] }): RequestHandler {
  const policy = [
    'default-src \'none\'', 'style-src \'self\'', `img-src 'self' https: ${pictures.join(' ')}`, 'form-action \'self\'', 'base-uri \'none\'',
    'frame-ancestors \'none\'',
  ].join('; ')
  return (_req, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    next()
  }
}

/** Says which process answered, so that one can see that it is a different one each time. */
export const nameProcess: RequestHandler = (_req, res, next) => {
  res.set('X-Worker', String(process.pid))
  next()
}

/** What a person sees when a handler throws: an access that has ended leads to the sign-in, anything else is our fault. */
export const answerError: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error)
    return
  }
  if (!(error instanceof AuthError)) console.error(error)
  const status = error instanceof AuthError ? error.status : 500
  if (req.path.startsWith('/api/')) {
    res.status(status).json(error instanceof AuthError ? error : { error: 'internal', message: 'Something went wrong.' })
    return
  }
  res.status(status).send(failurePage({
    user: req.authUser,
    message: error instanceof AuthError ? error.message : 'Something went wrong on our side.',
    signInAgain: error instanceof AuthError && error.status === 401 ? signInUrl(error.provider, req.originalUrl) : undefined,
  }))
}
