import { titleOf } from '../../lib/config/entries/title.js'
import { signsInByHeader } from '../../lib/protocols/headerJwt/signsInByHeader.js'
import type { Engine } from '../core/engine.js'
import { allowedReturnTo, requireCertainty, type RequestContext } from '../core/requestContext.js'
import { wantsJson } from '../http/negotiation.js'
import type { Parameters } from '../http/parameters.js'
import { json, page, type Reply } from '../http/reply.js'
import { signInPage } from '../pages/pages.js'
import { publicUser } from './publicUser.js'

/** `GET /auth`: a button for each provider, or the same as JSON. */
export function providersRoute(engine: Engine, request: RequestContext, parameters: Parameters): Reply {
  requireCertainty(request)
  const { host, publicUrl, record } = request
  const returnTo = allowedReturnTo(engine, publicUrl, parameters['returnTo'])
  const user = record?.accounts[record.current]?.user
  // Without those that no button leads to: a header comes by itself.
  const offered = engine.registrations().filter(({ provider }) => !signsInByHeader(provider))
  const providers = offered.map((registration) => {
    const {
      slug,
      provider: { protocol, color, icon },
      ask,
    } = registration
    return { slug, title: titleOf(registration), protocol, url: `${publicUrl.mountPath}/${slug}`, color, icon, fields: ask?.parameters }
  })
  if (!wantsJson(host)) return page(200, signInPage({ providers, user: user && { name: user.name }, returnTo }))
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
  return json(200, {
    providers: providers.map(({ slug, title, protocol, url }) => ({ slug, title, protocol, url: url + query })),
    user: user ? publicUser(user) : null,
  })
}
