import { asAuthError, AuthError } from '../../lib/base/errors.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { report } from '../core/failure.js'
import { returnToOf, type RequestContext } from '../core/requestContext.js'
import { redirect } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { checkLoginOptions, checkLogoutOptions } from '../login/unavailable.js'
import { endSession, type LogoutOptions } from '../logout/endSession.js'

/** Answers a request with a redirect to the provider. */
export async function redirectToLogin(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<void> {
  checkLoginOptions(options)
  const registration = await engine.find(slug, request.req)
  if (!registration) throw new AuthError('unknown_provider', 'There is no such provider here.', { provider: slug })
  const returnTo = returnToOf(engine, request.place, options.returnTo, engine.settings.afterLogin)
  redirect(request.res, 302, await beginLogin(engine, request, registration, { ...options, returnTo }))
}

export async function endSessionAsAsked(engine: Engine, request: RequestContext, options: LogoutOptions = {}): Promise<void> {
  checkLogoutOptions(options)
  await endSession(engine, request, options)
}

/** What a handler asks for fails in the handler, which answers; the application is told of it as of any other failure. */
export async function reported(engine: Engine, { req }: RequestContext, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    report(engine, asAuthError(error, 'hook_failed', 'Something went wrong on our side.'), { req, slug: undefined })
    throw error
  }
}
