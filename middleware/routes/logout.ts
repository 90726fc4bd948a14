import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { hasCsrfToken, returnToOf, type RequestContext } from '../core/requestContext.js'
import { wantsJson } from '../http/host.js'
import { isNavigation, requireSameOrigin } from '../http/origin.js'
import { isYes, type Parameters } from '../http/parameters.js'
import { redirect, sendJson, sendPage } from '../http/reply.js'
import { refuseParameter } from '../login/unavailable.js'
import { endSession } from '../logout/endSession.js'
import { confirmPage } from '../pages/pages.js'

/** `POST /auth/logout`: ends the session; a person who opens the address gets a page that asks. */
export async function logOut(engine: Engine, request: RequestContext, parameters: Parameters): Promise<void> {
  const { req, res, place } = request
  const { settings } = engine
  refuseParameter(parameters, 'provider', (value) => value === '' || isYes(value))
  if (req.method !== 'POST') {
    if (!isNavigation(req)) throw new AuthError('csrf', 'Signing out takes a POST from a page of this site.')
    sendPage(res, 200, confirmPage({
      action: `${place.mountPath}/logout`,
      heading: 'Sign out?',
      text: 'You will be signed out of this application.',
      button: 'Sign out',
      fields: parameters['returnTo'] === undefined ? {} : { returnTo: parameters['returnTo'] },
      cancelUrl: settings.afterLogout,
    }))
    return
  }
  requireSameOrigin(req, place.origin, hasCsrfToken(engine, request, parameters))
  await endSession(engine, request, { everywhere: isYes(parameters['everywhere']) })
  const location = returnToOf(engine, place, parameters['returnTo'], settings.afterLogout)
  if (wantsJson(req)) sendJson(res, 200, { location })
  else redirect(res, 303, location)
}
