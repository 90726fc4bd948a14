import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { fail } from '../core/failure.js'
import { visitOf } from '../request/attach.js'
import type { Engine } from '../core/engine.js'
import type { Handler } from '../http/host.js'
import type { Visit } from '../core/requestContext.js'

/**
 * Makes a handler of the application's own route, behind the router. What fails in it is answered as a failure on a route of ours is.
 * @param slug of the provider that it is for
 */
export function ownRoute(engine: Engine, run: (visit: Visit) => Promise<void>, slug?: string): Handler {
  return (req, res, next) => {
    const visit = visitOf(req)?.visit
    const answer = visit ? run(visit) : Promise.reject(new AuthError('config_invalid', 'Mount authRouter(config) with app.use before the handlers made from it.'))
    answer.catch((error: unknown) => {
      fail(engine, asAuthError(error, 'hook_failed', 'Something went wrong on our side.'), { req, res, next, place: visit?.place, slug, returnTo: undefined })
    })
  }
}
