import { AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { hasCsrfToken, returnToOf } from '../core/requestContext.js'
import { wantsJson } from '../http/negotiation.js'
import { isNavigation, originOf } from '../http/origin.js'
import { hostMarker } from '../http/otherHost.js'
import { isYes, type Parameters } from '../http/parameters.js'
import { goOn, page, type Reply } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { refuseLoginParameters } from '../login/unavailable.js'
import { confirmPage } from '../pages/pages.js'
import type { ProviderRequest } from './receive.js'

/** `GET` or `POST /auth/:provider`: sends the browser to the provider, or asks first when another site sent it here. */
export async function loginRoute(received: ProviderRequest): Promise<Reply> {
  const { engine, request, registration } = received
  const { [hostMarker]: _moved, ...parameters } = received.parameters
  refuseLoginParameters(parameters)
  if (needsConfirmation({ ...received, parameters })) return askFirst({ ...received, parameters })
  const returnTo = returnToOf(engine, request.publicUrl, parameters['returnTo'], engine.settings.afterLogin)
  const isDone = request.record !== undefined && engine.settings.ifLoggedIn === 'redirect'
  const location = isDone ? returnTo : await beginLogin(engine, request, registration, optionsOf(registration, parameters, returnTo))
  return goOn(wantsJson(request.host), 302, location)
}

/**
 * Rule R2: a login starts at a user's own wish. A page that another site linked to asks first; a request that another site made in
 * the background is refused.
 */
function needsConfirmation({ engine, request, parameters }: ProviderRequest): boolean {
  const { host, publicUrl } = request
  const origin = originOf(host, publicUrl.origin)
  const isOwn = origin === 'same-origin' || hasCsrfToken(engine, request, parameters)
  if (host.method === 'POST') {
    if (isOwn || origin === 'unknown' || origin === 'user') return false
    throw new AuthError('csrf', 'A sign-in cannot be started from another site in this way.')
  }
  if (!isNavigation(host) && !(isOwn && wantsJson(host)))
    throw new AuthError('csrf', 'A sign-in can only be started by opening this address in a tab.')
  return origin === 'cross-site' && engine.settings.crossSiteStart === 'confirm'
}

function askFirst({ engine, request: { publicUrl }, registration, parameters }: ProviderRequest): Reply {
  const title = titleOf(registration)
  return page(
    200,
    confirmPage({
      action: `${publicUrl.mountPath}/${registration.slug}`,
      heading: `Sign in with ${title}?`,
      text: `Another site sent you here to sign in with ${title}.`,
      button: 'Continue',
      fields: { ...parameters },
      cancelUrl: engine.settings.afterLogout,
    }),
  )
}

const prompts = new Set(['none', 'login', 'consent', 'select_account', 'create'])

function optionsOf({ provider }: Registration, parameters: Parameters, returnTo: string): LoginOptions {
  const { prompt, login_hint: loginHint, scope } = parameters
  if (prompt !== undefined && !prompt.split(' ').every((word) => prompts.has(word))) {
    throw new AuthError('bad_request', 'prompt may be none, login, consent, select_account or create.')
  }
  const wanted = scope?.split(' ').filter(Boolean) ?? []
  const allowed = new Set([...provider.scope, ...(provider.scopes ?? [])])
  if (!wanted.every((item) => allowed.has(item))) {
    throw new AuthError('bad_request', "A requested scope is not listed in the scopes of this provider's entry.")
  }
  return {
    returnTo,
    ...(prompt === undefined ? {} : { prompt }),
    ...(loginHint === undefined ? {} : { loginHint: loginHint.slice(0, 320) }),
    ...(wanted.length === 0 ? {} : { scope: wanted }),
    ...(parameters['remember'] === undefined ? {} : { remember: isYes(parameters['remember']) }),
  }
}
