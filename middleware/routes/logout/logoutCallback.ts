import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import type { Parameters } from '../../http/parameters.js'
import { redirect, type Reply } from '../../http/reply.js'
import { awaitedLogout } from '../../logout/awaitedLogout.js'
import { nextLocation } from '../../logout/providerLogout.js'

/**
 * `GET /auth/logout/callback`: a browser comes back that has been signed out at a provider, and goes on to the next one, or to where it wanted
 * to go. What was not started in this browser leads nowhere.
 */
export async function logoutCallbackRoute(engine: Engine, request: RequestContext, parameters: Parameters): Promise<Reply> {
  request.isLogout = true
  const logout = awaitedLogout(engine, request.cookies, parameters['state'])
  return redirect(303, await nextLocation(engine, request, logout))
}
