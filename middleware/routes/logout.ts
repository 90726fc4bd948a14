import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { hasCsrfToken, returnToOf, type RequestContext } from '../core/requestContext.js'
import { wantsJson } from '../http/negotiation.js'
import { isNavigation, requireSameOrigin } from '../http/origin.js'
import { isYes, type Parameters } from '../http/parameters.js'
import { goOn, page, type Reply } from '../http/reply.js'
import { refuseParameter } from '../login/unavailable.js'
import { endSession } from '../logout/endSession.js'
import { confirmPage } from '../pages/pages.js'

/** `POST /auth/logout`: ends the session; a user who opens the address gets a page that asks. */
export async function logoutRoute(engine: Engine, request: RequestContext, parameters: Parameters): Promise<Reply> {
  const { host, publicUrl } = request
  refuseParameter(parameters, 'provider', (value) => value === '' || isYes(value))
  if (host.method !== 'POST') return askFirst(engine, request, parameters)
  requireSameOrigin(host, publicUrl.origin, hasCsrfToken(engine, request, parameters))
  await endSession(engine, request, { everywhere: isYes(parameters['everywhere']) })
  return goOn(wantsJson(host), 303, returnToOf(engine, publicUrl, parameters['returnTo'], engine.settings.afterLogout))
}

function askFirst({ settings }: Engine, { host, publicUrl }: RequestContext, { returnTo }: Parameters): Reply {
  if (!isNavigation(host)) throw new AuthError('csrf', 'Signing out takes a POST from a page of this site.')
  return page(
    200,
    confirmPage({
      action: `${publicUrl.mountPath}/logout`,
      heading: 'Sign out?',
      text: 'You will be signed out of this application.',
      button: 'Sign out',
      fields: returnTo === undefined ? {} : { returnTo },
      cancelUrl: settings.afterLogout,
    }),
  )
}
