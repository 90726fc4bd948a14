import { AuthError } from 'authrouter'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { html } from './html.js'
import { page } from './layout.js'
import { signInUrl } from './links.js'

export const answerNotFound: RequestHandler = (req, res) => {
  res.status(404).send(
    page(
      'Not found',
      req.authUser,
      html`<h1>Page not found</h1>
        <p class="actions"><a class="button" href="/">Back to the home page</a></p>`,
    ),
  )
}

/** What a user sees when a handler throws: access that has ended leads to the sign-in, anything else is our fault. */
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
  const message = error instanceof AuthError ? error.message : 'Something went wrong on our side.'
  const signInAgain = error instanceof AuthError && error.status === 401 ? signInUrl(error.provider, req.originalUrl) : undefined
  res.status(status).send(
    page(
      'Something went wrong',
      req.authUser,
      html`<h1>That did not work</h1>
        <p class="lead">${message}</p>
        <p class="actions">
          ${signInAgain === undefined ? undefined : html`<a class="button" href="${signInAgain}">Sign in again</a>`}
          <a href="/">Back to the home page</a>
        </p>`,
    ),
  )
}
