import { AuthError } from '../lib/base/errors.js'
import { titleOf } from '../lib/config/entries/title.js'
import { resolveConfig } from '../lib/config/resolveConfig.js'
import type { AuthRouterConfig, ProviderEntry, ProviderLookup } from '../lib/config/settings.js'
import type { LoginOptions } from '../lib/model/login.js'
import type { Provider } from '../lib/model/provider.js'
import { catalogue, type CatalogueName, retired } from '../providers/index.js'
import { type AuthEvents, createEngine, type Engine } from './core/engine.js'
import { createLog } from './core/logging.js'
import { returnToOf } from './core/requestContext.js'
import { callbackHandler, type CallbackHandler } from './hosts/nodeCallback.js'
import { mountSession } from './hosts/expressSession/mountSession.js'
import { nodeHandler } from './hosts/node.js'
import { ownHandler } from './hosts/nodeHandlers.js'
import type { Handler, Next, Request, Response, SessionSetting } from './hosts/nodeTypes.js'
import { wantsJson } from './http/negotiation.js'
import { goOn, redirect } from './http/reply.js'
import { readLoginOptions } from './login/loginOptions.js'
import { checkEventName } from './login/unavailable.js'
import { checkLogoutOptions, endSessionAsAsked, redirectToLogin, type RequestLogoutOptions } from './request/requestAuth.js'
import { type Beyond, createApi } from './router/api.js'
import { createRouter } from './router/router.js'
import { ownCallback } from './routes/index.js'

type Configuration = AuthRouterConfig<Request, SessionSetting>

/** Catalogue names are completed by an editor; any other slug is an entry of the application's own. */
type ProviderTable = Readonly<Partial<Record<CatalogueName, ProviderEntry | Provider>>> & { readonly defaults?: ProviderEntry } & Readonly<
    Record<string, ProviderEntry | Provider>
  >

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
  /**
   * A handler that starts a login, for an application that makes its own routes. Mount the router itself before it.
   * @throws AuthError `config_invalid`, `bad_request`, `too_large` for `params` and a `state` that a login cannot have
   */
  login: (slug: string, options?: LoginOptions) => Handler
  /**
   * A handler that signs out and goes on to `returnTo`, else to `afterLogout`; with `provider` by way of the provider, which signs the user
   * out there too. Give it a method and a path that another site cannot use.
   */
  logout: (options?: Omit<RequestLogoutOptions, 'key'>) => Handler
  /**
   * A handler that ends logins on a route of the application's own, behind the router, which leaves that path to it: where the provider
   * sends users back to, which the entry's `callbackPath` says. It is called once for a login, when the session is written, and answers
   * the request; what it throws goes to `next`. A callback that is opened again goes on to `returnTo` without it.
   * @param handler `(result, req, res, next)`; `result` has the `user`, or the `error` of a login that failed
   * @throws AuthError `config_invalid` for a handler that is no function
   */
  callback: <Req extends Request = Request, Res extends Response = Response>(
    slug: string,
    handler: CallbackHandler<Req, Res>,
  ) => (req: Req, res: Res, next?: Next) => void
  /** @throws AuthError `config_invalid` for a name that is no event */
  on: <Name extends keyof AuthEvents>(name: Name, listener: (...event: AuthEvents[Name]) => void) => void
  /** Waits for logins, refreshes and revocations that are under way, ten seconds at most, then removes listeners and frees memory. */
  close: () => Promise<void>
}

/**
 * Makes the middleware that signs users in.
 *
 * @param config see docs/configuration.md, or the docstrings of its options
 * @returns a middleware for Express 5, Express 4, Connect and bare `node:http`, at any mount path
 * @throws AuthError `config_invalid`, naming the option and what to write instead
 * @example app.use(authRouter({ providers: { corp: { protocol: 'oidc', issuer, clientId, clientSecret } } }))
 */
export function authRouter(config: AuthRouterOptions): AuthRouter {
  const log = createLog(config.logger)
  const warn = (message: string): void => {
    log('warn', { event: 'config_warning', message })
  }
  const settings = resolveConfig<Request, SessionSetting>(config, {
    catalogue,
    retired,
    env: process.env,
    warn,
    inform: (message) => {
      log('info', { event: 'config_info', message })
    },
  })
  // The rooms within carry the host's requests to the application's functions, and know them as objects only.
  const engine = createEngine(settings as unknown as Engine['settings'])

  return Object.assign(nodeHandler(createRouter(engine, mountSession), warn), {
    get providers() {
      return engine
        .registrations()
        .map((registration) => ({ slug: registration.slug, title: titleOf(registration), protocol: registration.provider.protocol }))
    },
    register: engine.register,
    login(slug: string, options: LoginOptions = {}): Handler {
      readLoginOptions(options, engine.registration(slug))
      return ownHandler(engine, (request) => redirectToLogin(engine, request, slug, options), slug)
    },
    logout({ returnTo, ...options }: Omit<RequestLogoutOptions, 'key'> = {}): Handler {
      checkLogoutOptions(options)
      return ownHandler(engine, async (request) => {
        const location = await endSessionAsAsked(
          engine,
          request,
          options.provider && returnTo !== undefined ? { ...options, returnTo } : options,
        )
        return location === undefined
          ? redirect(303, returnToOf(engine, request.publicUrl, returnTo, settings.afterLogout))
          : goOn(wantsJson(request.host), 303, location)
      })
    },
    callback<Req extends Request, Res extends Response>(slug: string, handler: CallbackHandler<Req, Res>) {
      if (typeof handler !== 'function')
        throw new AuthError(
          'config_invalid',
          `auth.callback('${slug}', handler) needs its second argument: (result, req, res, next) => ...`,
        )
      engine.ownCallbacks.add(slug)
      return callbackHandler(engine, slug, (request) => ownCallback(engine, request, slug), handler)
    },
    ...createApi(engine),
    on<Name extends keyof AuthEvents>(name: Name, listener: (...event: AuthEvents[Name]) => void): void {
      checkEventName(name)
      engine.on(name, listener)
    },
    close: engine.close,
  })
}
