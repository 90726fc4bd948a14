import { AuthError } from '../../lib/base/errors.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { returnToOf, type RequestContext } from '../core/requestContext.js'
import { redirect, type Reply } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { checkLoginOptions, checkLogoutOptions } from '../login/unavailable.js'
import { endSession, type LogoutOptions } from '../logout/endSession.js'

/** A redirect to the provider. */
export async function redirectToLogin(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<Reply> {
  checkLoginOptions(options)
  const registration = await engine.find(slug, request.host)
  if (!registration) throw new AuthError('unknown_provider', 'There is no such provider here.', { provider: slug })
  const returnTo = returnToOf(engine, request.publicUrl, options.returnTo, engine.settings.afterLogin)
  return redirect(302, await beginLogin(engine, request, registration, { ...options, returnTo }))
}

export async function endSessionAsAsked(engine: Engine, request: RequestContext, options: LogoutOptions = {}): Promise<void> {
  checkLogoutOptions(options)
  await endSession(engine, request, options)
}
