import { AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import { signsInByHeader } from '../../lib/protocols/headerJwt/signsInByHeader.js'
import { hasCsrfToken, returnToOf } from '../core/requestContext.js'
import { goToProvider } from '../core/replies/goToProvider.js'
import { wantsJson } from '../http/negotiation.js'
import { isNavigation, originOf } from '../http/origin.js'
import { hostMarker } from '../http/otherHost.js'
import { isYes, linkMarker } from '../http/parameters.js'
import { goOn, page, type Reply } from '../http/reply.js'
import { beginLogin, chosenRegistration } from '../login/beginLogin.js'
import { loginOptionsOf } from '../login/loginOptions.js'
import { keepingGranted } from '../login/stepUp/keepingGranted.js'
import { refuseLoginParameters } from '../login/unavailable.js'
import { confirmPage } from '../pages/pages.js'
import { type AskForm, askParameters } from './askParameters.js'
import { addAccount, arrived } from './link.js'
import type { ProviderRequest } from './receive.js'
import { stepUpRoute } from './start/stepUp.js'
import { requireIssuer, thirdPartyParameters } from './start/thirdParty.js'

/** `GET` or `POST /auth/:provider`: sends the browser to the provider, or asks first: for what a user has to choose, and when another site sent it here. */
export async function loginRoute(received: ProviderRequest): Promise<Reply> {
  const { engine, request, registration } = received
  const { [hostMarker]: _moved, [linkMarker]: link, ...given } = received.parameters
  refuseLoginParameters(given, registration)
  if (signsInByHeader(registration.provider)) return arrived(received)
  const thirdParty = thirdPartyParameters({ ...received, parameters: given })
  const parameters = thirdParty ?? given
  const stepUp = await stepUpRoute({ ...received, parameters }, () =>
    needsConfirmation({ ...received, parameters }) ? askFirst({ ...received, parameters }) : undefined,
  )
  if (stepUp) return stepUp
  if (addsAccount(received, link)) return await addAccount({ ...received, parameters })
  const asksFirst = !thirdParty && needsConfirmation({ ...received, parameters })
  const returnTo = returnToOf(engine, request.publicUrl, parameters['returnTo'], engine.settings.afterLogin)
  const isDone = request.record !== undefined && engine.settings.ifLoggedIn === 'redirect'
  const question = isDone ? undefined : askParameters({ ...received, parameters }, signInForm(received))
  if (question) return question
  if (asksFirst) return askFirst({ ...received, parameters })
  if (isDone) return goOn(wantsJson(request.host), 302, returnTo)
  // Only now is anything looked up or called for what a stranger wrote.
  const chosen = await chosenRegistration(engine, registration, parameters)
  if (thirdParty) requireIssuer(chosen, thirdParty)
  const destination = await beginLogin(
    engine,
    request,
    chosen,
    keepingGranted(request, chosen, loginOptionsOf(chosen, parameters, returnTo)),
  )
  return goToProvider(wantsJson(request.host), 302, destination)
}

/** Whether a login adds an account to whoever is signed in. A user whom a header signs in stays signed in, so there is nothing else to do. */
function addsAccount({ engine, request }: ProviderRequest, link: string | undefined): boolean {
  const { ifLoggedIn } = engine.settings
  if (!request.record) return false
  return isYes(link) || ifLoggedIn === 'link' || (request.headerUser !== undefined && ifLoggedIn === 'allow')
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

function signInForm({ engine, request: { publicUrl }, registration }: ProviderRequest): AskForm {
  return {
    action: `${publicUrl.mountPath}/${registration.slug}`,
    heading: `Sign in with ${titleOf(registration)}`,
    cancelUrl: engine.settings.afterLogout,
  }
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
