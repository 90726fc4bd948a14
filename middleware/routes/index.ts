import { AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import type { FailedRequest } from '../core/failure.js'
import { requireCertainty } from '../core/doubt.js'
import type { Engine } from '../core/engine.js'
import type { Request } from '../http/host.js'
import { bodyParameters, queryParameters, type Parameters } from '../http/parameters.js'
import { finishLogin } from './callback.js'
import { startLogin } from './login.js'
import { logOut } from './logout.js'
import { showProviders, showSession } from './overview.js'
import { allowedReturnTo, type RequestContext } from '../core/requestContext.js'

/** One route of ours that a request is for. */
export interface Route {
  slug: string | undefined
  /** Whether people come here from elsewhere, by a link or a bookmark. */
  isEntrance?: boolean
  run: (request: RequestContext, failed: FailedRequest) => Promise<void>
}

const slugShape = /^[a-z0-9][a-z0-9_-]{0,63}$/

/**
 * The route of a path, which has one spelling: no trailing slash, no other case, nothing encoded.
 * @returns `undefined` for a path that is the application's own
 */
export function findRoute(engine: Engine, path: string): Route | undefined {
  const { path: prefix } = engine.settings
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined
  const [first, second, ...rest] = path === prefix ? [] : path.slice(prefix.length + 1).split('/')
  if (first === undefined) return { ...route(['GET', 'HEAD'], undefined, (request, parameters) => { showProviders(engine, request, parameters) }), isEntrance: true }
  if (rest.length > 0) return undefined
  if (second === undefined && first === 'session') return route(['GET', 'HEAD'], undefined, (request) => { showSession(engine, request) })
  if (second === undefined && first === 'logout') return route(['GET', 'POST'], undefined, (request, parameters) => logOut(engine, request, parameters))
  if (!slugShape.test(first)) return undefined
  if (second === undefined) return { ...providerRoute(engine, first, () => ['GET', 'POST'], startLogin), isEntrance: true }
  if (second === 'callback') return providerRoute(engine, first, ({ provider }) => provider.responseMode === 'form_post' ? ['GET', 'POST'] : ['GET'], finishLogin)
  return undefined
}

function route(methods: string[], slug: string | undefined, run: (request: RequestContext, parameters: Parameters, failed: FailedRequest) => void | Promise<void>): Route {
  return {
    slug,
    async run(request, failed) {
      requireMethod(request, methods)
      await run(request, await parametersOf(request.req), failed)
    },
  }
}

type ProviderAction = (engine: Engine, request: RequestContext, registration: Registration, parameters: Parameters, failed: FailedRequest) => Promise<void>

function providerRoute(engine: Engine, slug: string, methodsOf: (registration: Registration) => string[], action: ProviderAction): Route {
  return {
    slug,
    async run(request, failed) {
      // A store that is away now would most likely refuse the end of a login, after all that the user does at the provider.
      requireCertainty(request)
      const registration = await engine.find(slug, request.req)
      if (!registration) throw new AuthError('unknown_provider', 'There is no such way to sign in here.')
      requireMethod(request, methodsOf(registration))
      const parameters = await parametersOf(request.req).catch(asRetryable)
      // So that "start again" leads where the person wanted to go.
      if (parameters['returnTo'] !== undefined) failed.returnTo = allowedReturnTo(engine, request.place, parameters['returnTo'])
      await action(engine, request, registration, parameters, failed)
    },
  }
}

/** What a link or another program got wrong, a press of the provider's button gets right. */
function asRetryable(error: unknown): never {
  if (error instanceof AuthError) error.retry = true
  throw error
}

function requireMethod({ req, res }: RequestContext, methods: string[]): void {
  if (methods.includes(req.method ?? 'GET')) return
  res.setHeader('Allow', methods.join(', '))
  throw new AuthError('method_not_allowed', `This address takes ${methods.join(' or ')}.`)
}

/** Query and, for a POST, body together; one name stands in one of them. */
async function parametersOf(req: Request): Promise<Parameters> {
  const query = queryParameters(req.originalUrl ?? req.url ?? '')
  if (req.method !== 'POST') return query
  const body = await bodyParameters(req)
  const repeated = Object.keys(query).find((name) => name in body && body[name] !== query[name])
  if (repeated !== undefined) throw new AuthError('bad_request', 'Each parameter may be given once, as plain text.')
  return { ...query, ...body }
}
