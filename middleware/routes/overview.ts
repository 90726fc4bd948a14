import { titleOf } from '../../lib/config/entries/title.js'
import type { AuthUser } from '../../lib/model/user.js'
import { safeReturnTo } from '../../lib/returnTo.js'
import { requireCertainty } from '../core/doubt.js'
import type { Engine } from '../core/engine.js'
import { csrfTokenOf, type RequestContext } from '../core/requestContext.js'
import { wantsJson } from '../http/host.js'
import type { Parameters } from '../http/parameters.js'
import { sendJson, sendPage } from '../http/reply.js'
import { signInPage } from '../pages/pages.js'

/** `GET /auth`: a button for each provider, or the same as JSON. */
export function showProviders(engine: Engine, request: RequestContext, parameters: Parameters): void {
  requireCertainty(request)
  const { req, res, place, record } = request
  const returnTo = safeReturnTo(parameters['returnTo'], { baseUrl: place.baseUrl, mountPath: place.mountPath, origins: engine.settings.returnToOrigins })
  const user = record?.accounts[record.current]?.user
  if (wantsJson(req)) {
    const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
    const providers = engine.registrations().map((registration) => {
      const { slug, provider: { protocol } } = registration
      return { slug, title: titleOf(registration), protocol, url: urlOf(slug) + query }
    })
    sendJson(res, 200, { providers, user: user ? publicUser(user) : null })
    return
  }
  sendPage(res, 200, signInPage({
    providers: engine.registrations().map((registration) => {
      const { slug, provider: { color, icon } } = registration
      return { slug, title: titleOf(registration), url: urlOf(slug), color, icon }
    }),
    user: user && { name: user.name },
    returnTo,
  }))

  function urlOf(slug: string): string {
    return `${place.mountPath}/${slug}`
  }
}

/** `GET /auth/session`: who is signed in, for the page. No tokens, and not the provider's raw profile. */
export function showSession(engine: Engine, request: RequestContext): void {
  requireCertainty(request)
  const { res, record } = request
  const user = record?.accounts[record.current]?.user
  sendJson(res, 200, {
    user: user ? publicUser(user) : null,
    accounts: Object.values(record?.accounts ?? {}).map((account) => publicUser(account.user)),
    csrfToken: csrfTokenOf(engine, record),
  })
}

function publicUser({ raw: _raw, ...user }: AuthUser): Omit<AuthUser, 'raw'> {
  return user
}
