import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { failure } from '../core/failure.js'
import type { RequestContext } from '../core/requestContext.js'
import type { Reply } from '../http/reply.js'
import { attachedTo } from '../request/attach.js'
import { guard, guardFailure, type LoginRequirement as Requirement } from '../request/guards/requireLogin.js'
import { sendOrHand } from './nodeReply.js'
import { mountedAt, NodeRequest } from './nodeRequest.js'
import type { Handler, Request } from './nodeTypes.js'

export type LoginRequirement = Requirement<Request>

/**
 * Lets a request through only when somebody is signed in.
 *
 * Signed out: a page goes to the sign-in and comes back, an API request gets 401. Signed in but lacking: a login that adds what is
 * missing and comes back, or 403.
 *
 * @param requirement a slug, or what is asked of the login; nothing for any signed-in user
 * @example app.get('/private', requireLogin('corp'), handler)
 */
export function requireLogin(requirement: string | LoginRequirement = {}): Handler {
  const required = typeof requirement === 'string' ? { provider: requirement } : requirement
  return (req, res, next) => {
    const attached = attachedTo(req)
    if (!attached) {
      const error = new AuthError('config_invalid', 'requireLogin needs app.use(authRouter(config)) before it.')
      if (next) next(error)
      else res.writeHead(error.status).end()
      return
    }
    guard(attached, required as Requirement)
      .then((reply) => {
        if (reply) sendOrHand(res, next, reply)
        else next?.()
      })
      .catch((thrown: unknown) => {
        sendOrHand(res, next, guardFailure(attached, required, thrown))
      })
      .catch(() => res.destroy())
  }
}

/**
 * Makes a handler of the application's own route, behind the router. What fails in it is answered as a failure on a route of ours is.
 * @param slug of the provider that it is for
 */
export function ownHandler(engine: Engine, run: (request: RequestContext) => Promise<Reply>, slug?: string): Handler {
  return (req, res, next) => {
    const request = attachedTo(req)?.request
    const answer = request
      ? run(request)
      : Promise.reject(new AuthError('config_invalid', 'Mount authRouter(config) with app.use before the handlers made from it.'))
    const host = request?.host ?? new NodeRequest(req, res, mountedAt(req))
    answer
      .catch((error: unknown) => failure(engine, error, { host, publicUrl: request?.publicUrl, slug, returnTo: undefined }))
      .then((reply) => {
        sendOrHand(res, next, reply)
      })
      .catch(() => res.destroy())
  }
}
