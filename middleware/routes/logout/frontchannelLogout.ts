import { readFrontchannelLogout } from '../../../lib/logout.js'
import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import { queryParameters } from '../../http/parameters.js'
import { page, type Reply } from '../../http/reply.js'
import { endByFrame } from '../../logout/providerSessions.js'
import { framedPage } from '../../pages/framedPage.js'
import { requireMethod } from '../receive.js'
import { providerContext } from './providerContext.js'

/**
 * `GET /auth/:provider/frontchannel-logout`: a provider ends a session by a frame in the browser, which brings no cookie of ours along (OpenID
 * Connect Front-Channel Logout 1.0 section 2). A session that is not known gets the same answer: it has ended.
 */
export async function frontchannelLogoutRoute(engine: Engine, request: RequestContext, slug: string): Promise<Reply> {
  requireMethod(request, ['GET'])
  const parameters = queryParameters(request.host.target)
  const context = await providerContext(engine, request, slug, parameters)
  const { session, origin } = await readFrontchannelLogout(context, parameters)
  await endByFrame(engine, context, session)
  return page(200, framedPage(origin))
}
