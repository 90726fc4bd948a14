import { withValue } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { failure, type FailedRequest } from '../core/failure.js'
import { doubledPrefix } from '../http/doubledPrefix.js'
import { pathOf, publicUrlOf } from '../http/publicUrl.js'
import { protection } from '../http/reply.js'
import { attach, isAttached } from '../request/attach.js'
import type { Route, Router } from '../router/router.js'
import { sendOrHand, setHeaders } from './nodeReply.js'
import { homeOf } from './nodeGetters.js'
import { mountedAt, NodeRequest } from './nodeRequest.js'
import type { Handler, Next, Request, Response } from './nodeTypes.js'

/** The middleware of Express 5, Express 4, Connect and bare node:http. */
export function nodeHandler(router: Router, warn: (message: string) => void): Handler {
  const noteMount = doubledPrefix(router.engine.settings.path, warn)

  // Every request passes here. No closure is made for it, which would cost a stranger's request as much as all the rest.
  return (req, res, next) => {
    // Now and not later: routers further in change the address that a request stands at.
    const mounted = mountedAt(req)
    try {
      if (isAttached(req)) throw new AuthError('config_invalid', 'authRouter is mounted twice for this request; mount it once.')
      const route = router.find(pathOf(req.url ?? '/'), mounted)
      if (route) {
        serveRoute(router, route, new NodeRequest(req, res, mounted), next)
      } else {
        noteMount(mounted)
        if (router.open.isStranger(Boolean(req.session), req.headers)) passStranger(router, req, res, next, mounted)
        else passThrough(router, new NodeRequest(req, res, mounted), next)
      }
    } catch (error) {
      refuse(
        router.engine,
        error,
        { host: new NodeRequest(req, res, mounted), publicUrl: undefined, slug: undefined, returnTo: undefined },
        next,
      )
    }
  }
}

function serveRoute(router: Router, route: Route, host: NodeRequest, next: Next | undefined): void {
  const { native: req, nativeResponse: res } = host
  setHeaders(res, protection)
  router
    .respond(route, host, (request) => attach(router.engine, req, homeOf, request))
    .then((reply) => sendOrHand(res, next, reply))
    .catch(() => res.destroy())
}

/** A request that nobody signed in can have sent: user and clients are made if the application asks for them. */
function passStranger({ engine, open }: Router, req: Request, res: Response, next: Next | undefined, mounted: string): void {
  attach(engine, req, homeOf, () => open.asStranger(new NodeRequest(req, res, mounted)))
  passOn(next, res)
}

/** A request of the application's own. A promise would cost it more than all the rest, so there is none where nothing has to be waited for. */
function passThrough({ engine, open }: Router, host: NodeRequest, next: Next | undefined): void {
  const publicUrl = publicUrlOf(host, engine.settings)
  const passed = withValue(open(host, publicUrl), (request) => {
    attach(engine, host.native, homeOf, request)
    passOn(next, host.nativeResponse)
  })
  passed?.catch((error: unknown) => {
    refuse(engine, error, { host, publicUrl, slug: undefined, returnTo: undefined }, next)
  })
}

function refuse(engine: Engine, error: unknown, request: FailedRequest & { host: NodeRequest }, next: Next | undefined): void {
  try {
    sendOrHand(request.host.nativeResponse, next, failure(engine, error, request))
  } catch {
    request.host.nativeResponse.destroy()
  }
}

function passOn(next: Next | undefined, res: Response): void {
  if (next) {
    next()
    return
  }
  res.statusCode = 404
  res.end()
}
