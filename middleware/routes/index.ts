import { whenUsed } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import type { CallbackOutcome } from '../core/callbackRuns.js'
import type { Engine } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import { pathBelowBase } from '../http/publicUrl.js'
import type { Reply } from '../http/reply.js'

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
  if (first === undefined) return { ...route(engine, ['GET', 'HEAD'], 'providers'), isEntrance: true }
  if (rest.length > 0) return undefined
  if (second === undefined && first === 'session') return route(engine, ['GET', 'HEAD'], 'session')
  if (second === undefined && first === 'logout') return route(engine, ['GET', 'POST'], 'logout')
  if (second === 'callback' && first === 'logout') return route(engine, ['GET'], 'logoutCallback')
  if (!slugShape.test(first)) return undefined
  if (second === undefined) return { ...providerRoute(engine, first, ['GET', 'POST'], 'login'), isEntrance: true }
  if (second === 'callback')
    return engine.registration(first)?.callbackPath === undefined ? callbackOf(engine, first) : movedCallback(first)
  if (second === 'link') return providerRoute(engine, first, ['POST'], 'link')
  if (second === 'backchannel-logout') return noticeRoute(engine, first, 'backchannelLogout')
  if (second === 'frontchannel-logout') return noticeRoute(engine, first, 'frontchannelLogout')
  if (second === 'xrds') return providerRoute(engine, first, ['GET', 'HEAD'], 'xrds')
  if (second === 'unlink') return providerRoute(engine, first, ['POST'], 'unlink')
  if (second === 'confirmed') return providerRoute(engine, first, ['GET', 'HEAD'], 'confirmed')
  return undefined
}

/** @returns `undefined` where a handler of the application's answers it */
function callbackOf(engine: Engine, slug: string): Route | undefined {
  if (engine.ownCallbacks.has(slug)) return undefined
  return providerRoute(engine, slug, undefined, 'callback')
}

/** The route of an entry whose callback stands at a path of its own: there is one door to a login. */
function movedCallback(slug: string): Route {
  return {
    slug,
    run: () =>
      Promise.reject(new AuthError('unknown_provider', 'The callback of this provider stands at another address.', { provider: slug })),
  }
}

type Answers = typeof import('./answers.js')

/** What the routes do: the first request for one of them loads it. */
const answers = whenUsed(() => import('./answers.js'))

function route(engine: Engine, methods: readonly string[], name: keyof Answers['routes']): Route {
  return {
    slug: undefined,
    run: async (request) => {
      const { receive, routes } = await answers()
      return await routes[name](engine, request, await receive(request, methods))
    },
  }
}

/** @param methods `undefined` for a callback: the provider's protocol says by which it comes */
function providerRoute(engine: Engine, slug: string, methods: readonly string[] | undefined, name: keyof Answers['providerRoutes']): Route {
  return {
    slug,
    run: async (request) => {
      const { receiveForProvider, providerRoutes } = await answers()
      return await providerRoutes[name](await receiveForProvider(engine, request, slug, methods))
    },
  }
}

/** A route by which a provider ends sessions, which reads its request by itself. */
function noticeRoute(engine: Engine, slug: string, name: keyof Answers['noticeRoutes']): Route {
  return { slug, run: async (request) => await (await answers()).noticeRoutes[name](engine, request, slug) }
}

/** The callback on a route of the application's own, which `ownCallback.ts` describes. */
export async function ownCallback(engine: Engine, request: RequestContext, slug: string): Promise<Reply | CallbackOutcome> {
  return await (await answers()).ownCallback(engine, request, slug)
}
