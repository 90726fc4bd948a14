import { withValue } from '../lib/base/awaitable.js'
import { asAuthError, AuthError } from '../lib/base/errors.js'
import { titleOf } from '../lib/config/entries/title.js'
import { resolveConfig } from '../lib/config/resolveConfig.js'
import type { AuthRouterConfig, ProviderEntry, ProviderLookup } from '../lib/config/settings.js'
import type { LoginOptions } from '../lib/model/login.js'
import type { Provider } from '../lib/model/provider.js'
import { catalogue, type CatalogueName, retired } from '../providers/index.js'
import { type AuthEvents, createEngine, type Engine, type SessionSetting } from './core/engine.js'
import { fail, type FailedRequest } from './core/failure.js'
import { createLog } from './core/logging.js'
import { returnToOf } from './core/requestContext.js'
import { doubledPrefix } from './http/doubledPrefix.js'
import type { Handler, Next, Request, Response } from './http/host.js'
import { addressAtConfiguredHost } from './http/otherHost.js'
import { mountedAt, pathOf, publicUrlOf, publicUrlOfRoute } from './http/publicUrl.js'
import { protect, redirect } from './http/reply.js'
import { checkEventName, checkLoginOptions, checkLogoutOptions } from './login/unavailable.js'
import type { LogoutOptions } from './logout/endSession.js'
import { attach, isAttached } from './request/attach.js'
import { mountSession } from './hosts/mountSession.js'
import { openRequest, type RequestOpener } from './request/openRequest.js'
import { endSessionAsAsked, redirectToLogin } from './request/requestAuth.js'
import { type Beyond, createApi } from './router/api.js'
import { ownRoute } from './router/ownRoutes.js'
import { findRoute, type Route } from './routes/index.js'

type Configuration = AuthRouterConfig<Request, SessionSetting>

/** Catalogue names are completed by an editor; any other slug is an entry of the application's own. */
type ProviderTable = Readonly<Partial<Record<CatalogueName, ProviderEntry | Provider>>> & { readonly defaults?: ProviderEntry }
  & Readonly<Record<string, ProviderEntry | Provider>>

// A type that accepts any text still lets an editor offer the names that it lists.
type ProviderList = readonly (CatalogueName | (string & Record<never, never>))[]

export interface AuthRouterOptions extends Omit<Configuration, 'providers'> {
  /** What can be signed in with: slug to entry, a list of catalogue names, or a function that finds an entry. */
  providers: ProviderTable | ProviderList | ProviderLookup<Request>
}

/** The middleware, and what it offers beside requests. */
export interface AuthRouter extends Handler, Beyond {
  /** Slugs and titles of the configured providers. */
  readonly providers: readonly { slug: string; title: string; protocol: string }[]
  /**
   * Adds a provider while the application runs.
   * @throws AuthError `config_invalid`
   */
  register: (slug: string, entry: ProviderEntry | Provider) => void
  /** A handler that starts a login, for an application that makes its own routes. Mount the router itself before it. */
  login: (slug: string, options?: LoginOptions) => Handler
  /** A handler that signs out and goes on to `returnTo`, else to `afterLogout`. Give it a method and a path that another site cannot use. */
  logout: (options?: { returnTo?: string } & LogoutOptions) => Handler
  /** @throws AuthError `config_invalid` for a name that is no event */
  on: <Name extends keyof AuthEvents>(name: Name, listener: (...event: AuthEvents[Name]) => void) => void
  /** Waits for logins, renewals and revocations that are under way, at most ten seconds, then lets go of listeners and memory. */
  close: () => Promise<void>
}

/**
 * Makes the middleware that signs people in.
 *
 * @param config see the README, or the docstrings of its options
 * @returns a middleware for Express 5, Express 4, Connect and bare `node:http`, at any mount path
 * @throws AuthError `config_invalid`, naming the option and what to write instead
 * @example app.use(authRouter({ providers: { corp: { protocol: 'oidc', issuer, clientId, clientSecret } } }))
 */
export function authRouter(config: AuthRouterOptions): AuthRouter {
  const log = createLog(config.logger)
  const warn = (message: string): void => { log('warn', { event: 'config_warning', message }) }
  const settings = resolveConfig<Request, SessionSetting>(config, {
    catalogue,
    retired,
    env: process.env,
    warn,
    inform: (message) => { log('info', { event: 'config_info', message }) },
  })
  const engine = createEngine(settings)
  const server: Server = { engine, open: openRequest(engine, mountSession), noteMount: doubledPrefix(settings.path, warn) }

  const handler: Handler = (req, res, next) => { serve(server, req, res, next) }
  return Object.assign(handler, {
    get providers() {
      return engine.registrations().map((registration) => ({ slug: registration.slug, title: titleOf(registration), protocol: registration.provider.protocol }))
    },
    register: engine.register,
    login(slug: string, options: LoginOptions = {}): Handler {
      checkLoginOptions(options)
      return ownRoute(engine, (request) => redirectToLogin(engine, request, slug, options), slug)
    },
    logout({ returnTo, ...options }: { returnTo?: string } & LogoutOptions = {}): Handler {
      checkLogoutOptions(options)
      return ownRoute(engine, async (request) => {
        await endSessionAsAsked(engine, request, options)
        redirect(request.res, 303, returnToOf(engine, request.place, returnTo, settings.afterLogout))
      })
    },
    ...createApi(engine),
    on<Name extends keyof AuthEvents>(name: Name, listener: (...event: AuthEvents[Name]) => void): void {
      checkEventName(name)
      engine.on(name, listener)
    },
    close: engine.close,
  })
}

/** What serves the requests of one router. */
interface Server {
  engine: Engine
  open: RequestOpener
  noteMount: (mounted: string) => void
}

/** Every request passes here: it gets its user and clients, then it is a route of ours or the application's. */
function serve(server: Server, req: Request, res: Response, next: Next | undefined): void {
  try {
    if (isAttached(req)) throw new AuthError('config_invalid', 'authRouter is mounted twice for this request; mount it once.')
    const route = findRoute(server.engine, pathOf(req.url ?? '/'))
    if (route) serveRoute(server, route, { req, res, next, place: undefined, slug: undefined, returnTo: undefined })
    else passThrough(server, req, res, next)
  } catch (error) {
    refuse(server.engine, error, { req, res, next, place: undefined, slug: undefined, returnTo: undefined })
  }
}

/** A request of the application's own. A promise would cost it more than all the rest, so there is none where nothing has to be waited for. */
function passThrough({ engine, open, noteMount }: Server, req: Request, res: Response, next: Next | undefined): void {
  // Now and not later: routers further in change the address that a request stands at.
  const mounted = mountedAt(req)
  noteMount(mounted)
  if (open.isStranger(req)) {
    attach(engine, req, () => open.asStranger(req, res, publicUrlOf(req, engine.settings, mounted)))
    passOn(next, res)
    return
  }
  const place = publicUrlOf(req, engine.settings, mounted)
  const passed = withValue(open(req, res, place), (request) => {
    attach(engine, req, request)
    passOn(next, res)
  })
  passed?.catch((error: unknown) => { refuse(engine, error, { req, res, next, place, slug: undefined, returnTo: undefined }) })
}

function serveRoute({ engine, open }: Server, route: Route, failed: FailedRequest): void {
  const { req, res } = failed
  const answer = async (): Promise<void> => {
    protect(res)
    const address = route.isEntrance ? addressAtConfiguredHost(req, engine.settings) : undefined
    if (address !== undefined) {
      redirect(res, 302, address)
      return
    }
    failed.place = publicUrlOfRoute(req, engine.settings)
    const request = await open(req, res, failed.place)
    attach(engine, req, request)
    failed.slug = route.slug
    await route.run(request, failed)
  }
  answer().catch((error: unknown) => { refuse(engine, error, failed) })
}

function refuse(engine: Engine, error: unknown, failed: FailedRequest): void {
  try {
    fail(engine, asAuthError(error, 'hook_failed', 'Something went wrong on our side.'), failed)
  } catch {
    failed.res.destroy()
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
