import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { fail } from '../core/failure.js'
import { attachedTo } from '../request/attach.js'
import type { Engine } from '../core/engine.js'
import type { Handler } from '../http/host.js'
import type { RequestContext } from '../core/requestContext.js'

/**
 * Makes a handler of the application's own route, behind the router. What fails in it is answered as a failure on a route of ours is.
 * @param slug of the provider that it is for
 */
export function ownRoute(engine: Engine, run: (request: RequestContext) => Promise<void>, slug?: string): Handler {
  return (req, res, next) => {
    const request = attachedTo(req)?.request
    const answer = request ? run(request) : Promise.reject(new AuthError('config_invalid', 'Mount authRouter(config) with app.use before the handlers made from it.'))
    answer.catch((error: unknown) => {
      fail(engine, asAuthError(error, 'hook_failed', 'Something went wrong on our side.'), { req, res, next, place: request?.place, slug, returnTo: undefined })
    })
  }
}
