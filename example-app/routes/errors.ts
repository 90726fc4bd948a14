import { AuthError } from 'authrouter'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { html } from '../pages/parts/html.js'
import { page } from '../pages/parts/layout.js'
import { signInUrl } from '../pages/parts/links.js'

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

/** What a user sees when a handler throws: access that has ended leads to the sign-in, anything unexpected is our fault. */
export const answerError: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error)
    return
  }
  const { status, message } = shown(error)
  if (req.path.startsWith('/api/')) {
    res.status(status).json(error instanceof AuthError ? error : { error: 'internal', message })
    return
  }
  const signInAgain = error instanceof AuthError && status === 401 ? signInUrl(error.provider, req.originalUrl) : undefined
  res.status(status).send(
    page(
      'Something went wrong',
      req.authUser,
      html`<h1>That did not work</h1>
        <p class="lead">${message}</p>
        <p class="actions">
          ${signInAgain === undefined ? undefined : html`<a class="button" href="${signInAgain}">Sign in again</a>`}
          ${isGone(error) ? html`<a class="button" href="/accounts">Use another account</a>` : undefined}
          <a class="button" href="/">Back to the home page</a>
        </p>`,
    ),
  )
}

/** Access that has ended, or that there never was: the sign-in of OpenID 2.0 says who somebody is, and no more. */
function isGone(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'credentials_gone'
}

function shown(error: unknown): { status: number; message: string } {
  if (error instanceof AuthError) return error
  const { status } = error as { status?: unknown }
  // What the sender got wrong, as Express and its parsers say it.
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500) return { status, message: error.message }
  console.error(error)
  return { status: 500, message: 'Something went wrong on our side.' }
}
