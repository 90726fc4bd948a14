import { AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { hasCsrfToken, returnToOf, type RequestContext } from '../core/requestContext.js'
import { wantsJson } from '../http/host.js'
import { isNavigation, originOf } from '../http/origin.js'
import { hostMarker } from '../http/otherHost.js'
import { isYes, type Parameters } from '../http/parameters.js'
import { redirect, sendJson, sendPage } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { refuseLoginParameters } from '../login/unavailable.js'
import { confirmPage } from '../pages/pages.js'

/** `GET` or `POST /auth/:provider`: sends the browser to the provider, or asks first when another site sent it here. */
export async function startLogin(engine: Engine, request: RequestContext, registration: Registration, received: Parameters): Promise<void> {
  const { res, place } = request
  const { [hostMarker]: _moved, ...parameters } = received
  refuseLoginParameters(parameters)
  if (needsConfirmation(engine, request, parameters)) {
    const title = titleOf(registration)
    sendPage(res, 200, confirmPage({
      action: `${place.mountPath}/${registration.slug}`,
      heading: `Sign in with ${title}?`,
      text: `Another site sent you here to sign in with ${title}.`,
      button: 'Continue',
      fields: { ...parameters },
      cancelUrl: engine.settings.afterLogout,
    }))
    return
  }
  const returnTo = returnToOf(engine, place, parameters['returnTo'], engine.settings.afterLogin)
  if (request.record && engine.settings.ifLoggedIn === 'redirect') {
    answer(request, returnTo)
    return
  }
  answer(request, await beginLogin(engine, request, registration, optionsOf(registration, parameters, returnTo)))
}

function answer({ req, res }: RequestContext, location: string): void {
  if (wantsJson(req)) sendJson(res, 200, { location })
  else redirect(res, 302, location)
}

/**
 * Rule R2: a login starts at a person's own wish. A page that another site linked to asks first; a request that another site made in
 * the background is refused.
 */
function needsConfirmation(engine: Engine, request: RequestContext, parameters: Parameters): boolean {
  const { req, place } = request
  const origin = originOf(req, place.origin)
  const isOwn = origin === 'same-origin' || hasCsrfToken(engine, request, parameters)
  if (req.method === 'POST') {
    if (isOwn || origin === 'unknown' || origin === 'user') return false
    throw new AuthError('csrf', 'A sign-in cannot be started from another site in this way.')
  }
  if (!isNavigation(req) && !(isOwn && wantsJson(req))) throw new AuthError('csrf', 'A sign-in can only be started by opening this address in a tab.')
  return origin === 'cross-site' && engine.settings.crossSiteStart === 'confirm'
}

const prompts = new Set(['none', 'login', 'consent', 'select_account', 'create'])

function optionsOf({ provider }: Registration, parameters: Parameters, returnTo: string): LoginOptions {
  const { prompt, login_hint: loginHint, scope } = parameters
  if (prompt !== undefined && !prompt.split(' ').every((word) => prompts.has(word))) {
    throw new AuthError('bad_request', 'prompt may be none, login, consent, select_account or create.')
  }
  const wanted = scope?.split(' ').filter(Boolean) ?? []
  const allowed = new Set([...provider.scope, ...provider.scopes ?? []])
  if (!wanted.every((item) => allowed.has(item))) {
    throw new AuthError('bad_request', 'A requested scope is not listed in the scopes of this provider\'s entry.')
  }
  return {
    returnTo,
    ...(prompt === undefined ? {} : { prompt }),
    ...(loginHint === undefined ? {} : { loginHint: loginHint.slice(0, 320) }),
    ...(wanted.length === 0 ? {} : { scope: wanted }),
    ...(parameters['remember'] === undefined ? {} : { remember: isYes(parameters['remember']) }),
  }
}
