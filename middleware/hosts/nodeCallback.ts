import { AuthError } from '../../lib/base/errors.js'
import type { CallbackOutcome } from '../core/callbackRuns.js'
import type { Engine } from '../core/engine.js'
import { failure } from '../core/failure.js'
import type { RequestContext } from '../core/requestContext.js'
import { protection, type Reply } from '../http/reply.js'
import { attach, attachedTo } from '../request/attach.js'
import { homeOf } from './nodeGetters.js'
import { sendOrHand, setHeaders } from './nodeReply.js'
import { mountedAt, NodeRequest } from './nodeRequest.js'
import type { Next, Request, Response } from './nodeTypes.js'

/** The application's part of a login: it answers the request. */
export type CallbackHandler<Req = Request, Res = Response> = (result: CallbackOutcome, req: Req, res: Res, next: Next) => unknown

/**
 * Makes a handler of the application's own route for the callback of one provider, behind the router.
 * @param end ends the login, and says what came of it
 */
export function callbackHandler<Req extends Request, Res extends Response>(
  engine: Engine,
  slug: string,
  end: (request: RequestContext) => Promise<Reply | CallbackOutcome>,
  handler: CallbackHandler<Req, Res>,
): (req: Req, res: Res, next?: Next) => void {
  return (req, res, next) => {
    setHeaders(res, protection)
    const request = attachedTo(req)?.request
    const ended = request
      ? end(request)
      : Promise.reject(new AuthError('config_invalid', 'Mount authRouter(config) with app.use before the handlers made from it.'))
    const host = request?.host ?? new NodeRequest(req, res, mountedAt(req))
    ended
      .catch((error: unknown) => failure(engine, error, request ?? { host, publicUrl: undefined, slug, returnTo: undefined }))
      .then(async (outcome) => {
        if ('status' in outcome) {
          sendOrHand(res, next, outcome)
          return
        }
        // Whoever asked for the clients of this request before had those of the user before.
        if (request) attach(engine, req, homeOf, request)
        await answer(next ?? bareNext(res), (goOn) => handler(outcome, req, res, goOn))
      })
      .catch(() => res.destroy())
  }
}

async function answer(next: Next, run: (next: Next) => unknown): Promise<void> {
  try {
    await run(next)
  } catch (thrown) {
    next(thrown)
  }
}

/** What there is to go on to on a server without a framework. */
function bareNext(res: Response): Next {
  return (error) => {
    if (res.headersSent) {
      res.destroy()
      return
    }
    res.statusCode = error === undefined ? 404 : 500
    res.end()
  }
}
