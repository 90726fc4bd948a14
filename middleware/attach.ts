import { createApiClient, type ApiClient } from '../lib/client.js'
import { AuthError } from '../lib/errors.js'
import type { AuthUser, LoginOptions } from '../lib/types.js'
import { redirect } from './answers.js'
import type { Engine } from './engine.js'
import { begin } from './routes/login.js'
import { endSession, type LogoutOptions } from './routes/logout.js'
import { tokensOf } from './tokens/holder.js'
import { contextOf, returnToOf, type Visit } from './visit.js'

/** `req.auth`: for handlers that drive sign-in and sign-out themselves. */
export interface RequestAuth {
  /** The signed-in person. */
  readonly user: AuthUser | undefined
  /** The signed-in person as each linked provider knows them. */
  readonly users: Readonly<Record<string, AuthUser>>
  /**
   * Starts a login and answers this request with a redirect to the provider.
   * @param provider slug
   * @throws AuthError `unknown_provider`, and what reaching the provider may throw
   */
  login: (provider: string, options?: LoginOptions) => Promise<void>
  /** Signs out, with `everywhere` in all browsers of the person. The answer is the handler's to give. */
  logout: (options?: LogoutOptions) => Promise<void>
}

/** What the middleware puts on a request. */
export interface AttachedRequest {
  authUser: AuthUser | undefined
  oauthClient: ApiClient | undefined
  oauthClients: Readonly<Record<string, ApiClient>>
  auth: RequestAuth
}

const visits = new WeakMap<object, { engine: Engine; visit: Visit }>()

/** The visit that a request was attached to, for the guards. */
export function visitOf(req: object): { engine: Engine; visit: Visit } | undefined {
  return visits.get(req)
}

/** Puts the signed-in person and their API clients on a request. Clients are made when they are first asked for. */
export function attach(engine: Engine, visit: Visit): void {
  const users = frozenUsers(visit)
  const clients = new Map<string, ApiClient>()
  const clientOf = (slug: string | undefined): ApiClient | undefined => {
    const account = slug === undefined ? undefined : visit.record?.accounts[slug]
    const registration = slug === undefined ? undefined : visit.registrations.get(slug)
    if (slug === undefined || !account || !registration) return undefined
    let client = clients.get(slug)
    if (!client) {
      const context = contextOf(engine, registration, visit.place)
      client = createApiClient(context, tokensOf(engine, visit, context), account.user)
      clients.set(slug, client)
    }
    return client
  }
  const current = (): AuthUser | undefined => visit.record && users()[visit.record.current]

  visits.set(visit.req, { engine, visit })
  Object.defineProperties(visit.req, {
    authUser: { get: current, enumerable: true, configurable: true },
    oauthClient: { get: () => clientOf(visit.record?.current), enumerable: true, configurable: true },
    oauthClients: { get: () => allClients(visit, clientOf), enumerable: true, configurable: true },
    auth: { value: requestAuth(engine, visit, current, users), enumerable: true, configurable: true },
  })
}

/** The users of the record as it is now, frozen once for each record. */
function frozenUsers(visit: Visit): () => Readonly<Record<string, AuthUser>> {
  let frozen: Readonly<Record<string, AuthUser>> = {}
  let of: Visit['record']
  return () => {
    if (of !== visit.record) {
      of = visit.record
      frozen = Object.freeze(Object.fromEntries(Object.entries(of?.accounts ?? {}).map(([slug, { user }]) => [slug, deepFreeze(user)])))
    }
    return frozen
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

function allClients(visit: Visit, clientOf: (slug: string) => ApiClient | undefined): Readonly<Record<string, ApiClient>> {
  const entries = Object.keys(visit.record?.accounts ?? {}).map((slug) => [slug, clientOf(slug)] as const)
  return Object.freeze(Object.fromEntries(entries.filter((entry): entry is readonly [string, ApiClient] => entry[1] !== undefined)))
}

function requestAuth(engine: Engine, visit: Visit, current: () => AuthUser | undefined, users: () => Readonly<Record<string, AuthUser>>): RequestAuth {
  return {
    get user() { return current() },
    get users() { return users() },
    async login(slug, options = {}) {
      const registration = await engine.find(slug, visit.req)
      if (!registration) throw new AuthError('unknown_provider', 'There is no such provider here.', { provider: slug })
      const returnTo = returnToOf(engine, visit.place, options.returnTo, engine.settings.afterLogin)
      redirect(visit.res, 302, await begin(engine, visit, registration, { ...options, returnTo }))
    },
    logout: (options) => endSession(engine, visit, options),
  }
}

