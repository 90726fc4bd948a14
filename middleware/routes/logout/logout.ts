import { AuthError } from '../../../lib/base/errors.js'
import type { Engine } from '../../core/engine.js'
import { hasCsrfToken, returnToOf, type RequestContext } from '../../core/requestContext.js'
import { wantsJson } from '../../http/negotiation.js'
import { isNavigation, requireSameOrigin } from '../../http/origin.js'
import { isYes, type Parameters } from '../../http/parameters.js'
import { goOn, page, type Reply } from '../../http/reply.js'
import { endSession } from '../../logout/endSession.js'
import { endSessionAtProviders } from '../../logout/providerLogout.js'
import { confirmPage } from '../../pages/pages.js'

/** `POST /auth/logout`: ends the session, here or at the provider too; a user who opens the address gets a page that asks. */
export async function logoutRoute(engine: Engine, request: RequestContext, parameters: Parameters): Promise<Reply> {
  const { host, publicUrl } = request
  if (host.method !== 'POST') return askFirst(engine, request, parameters)
  requireSameOrigin(host, publicUrl.origin, hasCsrfToken(engine, request, parameters))
  return goOn(wantsJson(host), 303, await signOut(engine, request, parameters))
}

async function signOut(engine: Engine, request: RequestContext, parameters: Parameters): Promise<string> {
  const { returnTo, provider, logout_hint: logoutHint, ui_locales: uiLocales } = parameters
  const everywhere = isYes(parameters['everywhere'])
  // Also as `?provider`, a name without a value.
  if (provider === '' || isYes(provider))
    return await endSessionAtProviders(engine, request, { everywhere, returnTo, logoutHint, uiLocales })
  await endSession(engine, request, { everywhere })
  return returnToOf(engine, request.publicUrl, returnTo, engine.settings.afterLogout)
}

/** What the button of the page that asks sends on. */
const carriedOn = ['returnTo', 'provider', 'logout_hint', 'ui_locales'] as const

function askFirst({ settings }: Engine, { host, publicUrl }: RequestContext, parameters: Parameters): Reply {
  if (!isNavigation(host)) throw new AuthError('csrf', 'Signing out takes a POST from a page of this site.')
  return page(
    200,
    confirmPage({
      action: `${publicUrl.mountPath}/logout`,
      heading: 'Sign out?',
      text: 'You will be signed out of this application.',
      button: 'Sign out',
      fields: Object.fromEntries(carriedOn.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]]))),
      cancelUrl: settings.afterLogout,
    }),
  )
}
