import { IncomingMessage } from 'node:http'
import { withValue } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { failure, type FailedRequest } from '../core/failure.js'
import { doubledPrefix } from '../http/doubledPrefix.js'
import { pathOf, publicUrlOf } from '../http/publicUrl.js'
import { protection } from '../http/reply.js'
import { attach, isAttached } from '../request/attach.js'
import type { Router } from '../router/router.js'
import { sendOrHand, setHeaders } from './nodeReply.js'
import { mountedAt, NodeRequest } from './nodeRequest.js'
import type { Handler, Next, Response } from './nodeTypes.js'

/** The middleware of Express 5, Express 4, Connect and bare node:http. */
export function nodeHandler(router: Router, warn: (message: string) => void): Handler {
  const { engine, open } = router
  const noteMount = doubledPrefix(engine.settings.path, warn)

  /** Every request passes here: it gets its user and clients, then it is a route of ours or the application's. */
  return (req, res, next) => {
    // Now and not later: routers further in change the address that a request stands at.
    const mounted = mountedAt(req)
    try {
      if (isAttached(req)) throw new AuthError('config_invalid', 'authRouter is mounted twice for this request; mount it once.')
      const route = router.find(pathOf(req.url ?? '/'))
      if (route) {
        setHeaders(res, protection)
        const host = new NodeRequest(req, res, mounted)
        router
          .respond(route, host, (request) => {
            attach(engine, req, homeOf, request)
          })
          .then((reply) => {
            sendOrHand(res, next, reply)
          })
          .catch(() => res.destroy())
        return
      }
      noteMount(mounted)
      if (open.isStranger(Boolean(req.session), req.headers.cookie)) {
        attach(engine, req, homeOf, () => open.asStranger(new NodeRequest(req, res, mounted)))
        passOn(next, res)
      } else {
        passThrough(router, new NodeRequest(req, res, mounted), next)
      }
    } catch (error) {
      refuse(engine, error, { host: new NodeRequest(req, res, mounted), publicUrl: undefined, slug: undefined, returnTo: undefined }, next)
    }
  }
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

/**
 * Where the getters stand: with Express on the object that all its requests inherit from, once, because properties defined on each
 * request cost a tenth of a small answer; without it, or beside another copy of this package, on the request.
 */
function homeOf(req: object): object {
  let prototype = Object.getPrototypeOf(req) as object | null
  while (prototype && prototype !== IncomingMessage.prototype) {
    const parent = Object.getPrototypeOf(prototype) as object | null
    if (parent === IncomingMessage.prototype && !Object.hasOwn(prototype, 'authUser')) return prototype
    prototype = parent
  }
  return req
}
