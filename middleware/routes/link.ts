import { AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import { notThroughProxy } from '../../lib/protocols/headerJwt/notThroughProxy.js'
import { signsInByHeader } from '../../lib/protocols/headerJwt/signsInByHeader.js'
import { hasCsrfToken, returnToOf } from '../core/requestContext.js'
import { goToProvider } from '../core/replies/goToProvider.js'
import { wantsJson } from '../http/negotiation.js'
import { isNavigation, originOf, requireSameOrigin } from '../http/origin.js'
import { goOn, page, type Reply } from '../http/reply.js'
import { beginLink, chosenRegistration, requireLinkable } from '../login/beginLogin.js'
import { loginOptionsOf } from '../login/loginOptions.js'
import { keepingGranted } from '../login/stepUp/keepingGranted.js'
import { confirmPage } from '../pages/pages.js'
import { type AskForm, askParameters } from './askParameters.js'
import type { ProviderRequest } from './receive.js'

/** `POST /auth/:provider/link`: adds an account to the signed-in user, or asks first for what a user has to choose. */
export async function linkRoute(received: ProviderRequest): Promise<Reply> {
  const { engine, request, registration, parameters } = received
  const { host, publicUrl } = request
  requireSameOrigin(host, publicUrl.origin, hasCsrfToken(engine, request, parameters))
  request.isLink = true
  requireLinkable(request)
  if (signsInByHeader(registration.provider)) return arrived(received)
  const question = askParameters(received, linkForm(received))
  if (question) return question
  const returnTo = returnToOf(engine, publicUrl, parameters['returnTo'], engine.settings.afterLogin)
  const chosen = await chosenRegistration(engine, registration, parameters)
  return goToProvider(
    wantsJson(host),
    303,
    await beginLink(engine, request, chosen, keepingGranted(request, chosen, loginOptionsOf(chosen, parameters, returnTo))),
  )
}

/**
 * The end of a login with a provider whose header came with the request: there is nothing to start.
 * @throws AuthError `login_required` without that header
 */
export function arrived({ engine, request, registration: { slug }, parameters }: ProviderRequest): Reply {
  const { host, publicUrl, headerUser, record } = request
  if (!record || headerUser?.registration.slug !== slug) throw notThroughProxy(slug)
  return goOn(wantsJson(host), 303, returnToOf(engine, publicUrl, parameters['returnTo'], engine.settings.afterLogin))
}

/**
 * The same for a login that a signed-in user starts. Another site's link, or an address that somebody else has sent, adds nothing by
 * itself: a page asks, and its button posts.
 */
export async function addAccount(received: ProviderRequest): Promise<Reply> {
  const { engine, request, parameters } = received
  const { host, publicUrl } = request
  const isOwn = originOf(host, publicUrl.origin) === 'same-origin' || hasCsrfToken(engine, request, parameters)
  if (host.method === 'POST') return await linkRoute(received)
  // An image that somebody could put on a page of this site adds nothing, though its request is the site's own.
  if (!isNavigation(host) && !(isOwn && wantsJson(host)))
    throw new AuthError('csrf', 'Adding an account can only be started by opening this address in a tab.')
  if (isOwn) return await linkRoute(received)
  if (wantsJson(host)) throw new AuthError('csrf', 'Adding an account takes a POST to /link from a page of this site.')
  return askFirst(received)
}

function askFirst(received: ProviderRequest): Reply {
  const form = linkForm(received)
  return askParameters(received, form) ?? page(200, confirmPage({ ...form, button: 'Continue', fields: { ...received.parameters } }))
}

function linkForm({ engine, request: { publicUrl, record }, registration }: ProviderRequest): AskForm & { text: string } {
  const title = titleOf(registration)
  const name = record?.accounts[record.current]?.user.name ?? ''
  return {
    action: `${publicUrl.mountPath}/${registration.slug}/link`,
    heading: `Add your ${title} account?`,
    text: `You are signed in as ${name}. If you continue, ${title} asks you to sign in there, and that account is added to yours.`,
    cancelUrl: engine.settings.afterLogin,
  }
}
