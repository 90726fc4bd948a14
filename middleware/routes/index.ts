import { AuthError } from '../../lib/base/errors.js'
import { callbackMethods } from '../../lib/callback.js'
import type { Engine } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import type { Parameters } from '../http/parameters.js'
import { pathBelowBase } from '../http/publicUrl.js'
import type { Reply } from '../http/reply.js'
import { callbackRoute } from './callback.js'
import { linkRoute } from './link.js'
import { loginRoute } from './login.js'
import { xrdsRoute } from './identity/xrds.js'
import { backchannelLogoutRoute } from './logout/backchannelLogout.js'
import { frontchannelLogoutRoute } from './logout/frontchannelLogout.js'
import { logoutRoute } from './logout/logout.js'
import { logoutCallbackRoute } from './logout/logoutCallback.js'
import { providersRoute } from './providers.js'
import { type MethodsOf, type ProviderRequest, receive, receiveForProvider } from './receive.js'
import { sessionRoute } from './session.js'
import { confirmedRoute } from './start/confirmed.js'
import { unlinkRoute } from './unlink.js'

/** One route of ours that a request is for. */
export interface Route {
  slug: string | undefined
  /** Whether people come here from elsewhere, by a link or a bookmark. */
  isEntrance?: boolean
  run: (request: RequestContext) => Promise<Reply>
}

const slugShape = /^[a-z0-9][a-z0-9_-]{0,63}$/

/**
 * The route of a path, which has one spelling: no trailing slash, no other case, nothing encoded.
 * @param path below the mount path
 * @returns `undefined` for a path that is the application's own
 */
export function findRoute(engine: Engine, path: string, mounted: string): Route | undefined {
  const { callbackSlugs } = engine
  const { path: prefix, baseUrls } = engine.settings
  const owner = callbackSlugs.size === 0 ? undefined : callbackSlugs.get(pathBelowBase(mounted, path, baseUrls))
  if (owner !== undefined) return callbackOf(engine, owner)
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined
  const [first, second, ...rest] = path === prefix ? [] : path.slice(prefix.length + 1).split('/')
  if (first === undefined) return { ...route(engine, ['GET', 'HEAD'], providersRoute), isEntrance: true }
  if (rest.length > 0) return undefined
  if (second === undefined && first === 'session') return route(engine, ['GET', 'HEAD'], sessionRoute)
  if (second === undefined && first === 'logout') return route(engine, ['GET', 'POST'], logoutRoute)
  if (second === 'callback' && first === 'logout') return route(engine, ['GET'], logoutCallbackRoute)
  if (!slugShape.test(first)) return undefined
  if (second === undefined) return { ...providerRoute(engine, first, () => ['GET', 'POST'], loginRoute), isEntrance: true }
  if (second === 'callback')
    return engine.registration(first)?.callbackPath === undefined ? callbackOf(engine, first) : movedCallback(first)
  if (second === 'link') return providerRoute(engine, first, () => ['POST'], linkRoute)
  if (second === 'backchannel-logout') return { slug: first, run: (request) => backchannelLogoutRoute(engine, request, first) }
  if (second === 'frontchannel-logout') return { slug: first, run: (request) => frontchannelLogoutRoute(engine, request, first) }
  if (second === 'xrds') return providerRoute(engine, first, () => ['GET', 'HEAD'], xrdsRoute)
  if (second === 'unlink') return providerRoute(engine, first, () => ['POST'], unlinkRoute)
  if (second === 'confirmed') return providerRoute(engine, first, () => ['GET', 'HEAD'], confirmedRoute)
  return undefined
}

/** @returns `undefined` where a handler of the application's answers it */
function callbackOf(engine: Engine, slug: string): Route | undefined {
  if (engine.ownCallbacks.has(slug)) return undefined
  return providerRoute(engine, slug, ({ provider }) => callbackMethods(provider), callbackRoute)
}

/** The route of an entry whose callback stands at a path of its own: there is one door to a login. */
function movedCallback(slug: string): Route {
  return {
    slug,
    run: () =>
      Promise.reject(new AuthError('unknown_provider', 'The callback of this provider stands at another address.', { provider: slug })),
  }
}

type Run = (engine: Engine, request: RequestContext, parameters: Parameters) => Reply | Promise<Reply>

function route(engine: Engine, methods: readonly string[], run: Run): Route {
  return { slug: undefined, run: async (request) => await run(engine, request, await receive(request, methods)) }
}

function providerRoute(engine: Engine, slug: string, methodsOf: MethodsOf, run: (received: ProviderRequest) => Promise<Reply>): Route {
  return { slug, run: async (request) => await run(await receiveForProvider(engine, request, slug, methodsOf)) }
}
