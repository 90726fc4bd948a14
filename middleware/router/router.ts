import type { Engine } from '../core/engine.js'
import { failure, type FailedRequest } from '../core/failure.js'
import type { RequestContext } from '../core/requestContext.js'
import type { HostRequest } from '../http/host.js'
import { addressAtConfiguredHost } from '../http/otherHost.js'
import { publicUrlOfRoute } from '../http/publicUrl.js'
import { redirect, type Reply } from '../http/reply.js'
import { openRequest, type RequestOpener } from '../request/openRequest.js'
import { findRoute, type Route } from '../routes/index.js'
import type { MountSession } from '../sessions/findSession.js'

export type { Route }

/** What a host hands its requests to. */
export interface Router {
  readonly engine: Engine
  /**
   * The route of ours that a path leads to.
   * @param path below the mount path, without its query
   * @param mounted the mount path
   */
  find: (path: string, mounted: string) => Route | undefined
  /**
   * Answers a request for one of our routes.
   * @param attach puts user and clients on the host's request, for the functions of the application that the route calls
   * @returns what the route answers, or what answers its failure; it never rejects
   */
  respond: (route: Route, host: HostRequest, attach: (request: RequestContext) => void) => Promise<Reply>
  /** Opens a request of the application's own. */
  readonly open: RequestOpener
}

/** @param mountSession of the host */
export function createRouter(engine: Engine, mountSession: MountSession): Router {
  const open = openRequest(engine, mountSession)
  return {
    engine,
    open,
    find: (path, mounted) => findRoute(engine, path, mounted),
    async respond(route, host, attach) {
      let known: FailedRequest = { host, publicUrl: undefined, slug: undefined, returnTo: undefined }
      try {
        const address = route.isEntrance ? addressAtConfiguredHost(host, engine.settings) : undefined
        if (address !== undefined) return redirect(302, address)
        const publicUrl = publicUrlOfRoute(host, engine.settings)
        known = { ...known, publicUrl }
        const request = await open(host, publicUrl)
        attach(request)
        request.slug = route.slug
        known = request
        return await route.run(request)
      } catch (error) {
        return failure(engine, error, known)
      }
    },
  }
}
