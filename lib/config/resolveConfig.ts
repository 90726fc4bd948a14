import { frozen } from '../base/freeze.js'
import { randomToken } from '../base/random.js'
import { defaultMaxBytes, defaultTimeout } from '../http/http.js'
import type { Outbound } from '../model/http.js'
import type { Provider } from '../model/provider.js'
import { safeReturnTo } from '../returnTo.js'
import type { TokenStore } from '../stores/tokenStore.js'
import { applicationAddress, exactOrigin, isPlainPath } from './addresses.js'
import { callbackUrls } from './entries/callbackUrls.js'
import { reachWarnings } from './entries/reach.js'
import { readList, type Environment } from './environment.js'
import { invalid } from './invalid.js'
import { check } from './shapes.js'
import { allOf, MissingSettings } from './invalid.js'
import { resolveProviders } from './providers.js'
import { configSchema, hasMethods } from './schema.js'
import { checkSecret } from './secrets.js'
import type { AuthRouterConfig, Settings } from './settings.js'
import { emailLinks, tableReader, tokensKeeper } from './users/userOptions.js'

/** What a configuration is completed from. */
export interface ConfigEnvironment {
  /** The providers that are known by name. */
  catalogue: Readonly<Record<string, Provider>>
  /** Names that the catalogue had once, each with a sentence that says what to do instead. */
  retired?: Readonly<Record<string, string>>
  /** Environment variables. */
  env: Environment
  /** Receives what a developer should know, one line each. */
  warn: (message: string) => void
  /** Receives what helps to set things up, while an application is developed. */
  inform?: (message: string) => void
}

const defaultPath = '/auth'
const defaultKeep = { dropOnLogin: ['csrfSecret', '_csrf', 'flash'], keepAcrossUsers: [], keepOnLogout: [] }

/**
 * Checks a configuration and completes it, with the environment and with defaults that are safe.
 *
 * @param config what the application wrote; nothing of it is changed
 * @returns settings, deeply frozen but for the application's own objects: session store, logger, fetch, dispatcher, agent
 * @throws AuthError `config_invalid` for all settings that are missing, or for the first mistake: the message names the option and says what
 * to write instead
 */
export function resolveConfig<Request, Session>(
  config: AuthRouterConfig<Request, Session>,
  { catalogue, retired = {}, env, warn, inform }: ConfigEnvironment,
): Settings<Request, Session> {
  // The schema knows neither of the two types: it lets any function, and any session, pass as the same value.
  const options = check(configSchema, config, '') as Partial<AuthRouterConfig<Request, Session>>
  const production = env['NODE_ENV'] === 'production'
  const path = mountPath(options.path ?? defaultPath)
  checkSession(options.session)
  const outbound = outboundOf(options.http)
  const wayOut = outbound.fetch ? 'http.fetch' : outbound.dispatcher === undefined ? undefined : 'http.dispatcher'
  const urls = baseUrls(options.baseUrl, env)
  const callbacksOf = (slug: string): string[] => callbackUrls(urls, path, { slug })
  const { secrets, providers } = allOf({
    urls: () => {
      requireBaseUrl(urls, production || Boolean(options.baseUrl))
    },
    secrets: () => secretsOf(options.secret, env, production),
    providers: () => {
      if (options.providers === undefined)
        throw new MissingSettings(['providers is missing: give at least one entry of the catalogue, or a provider of your own.'])
      return resolveProviders(options.providers, {
        ...{ catalogue, retired, env, production, warn, path, wayOut },
        callbackUrls: callbacksOf,
        hasTokenStore: options.tokenStore !== undefined,
      })
    },
  })

  const settings = {
    baseUrls: frozen(urls),
    path,
    afterLogin: ownPath(options.afterLogin ?? '/', 'afterLogin', path),
    afterLogout: ownPath(options.afterLogout ?? '/', 'afterLogout', path),
    returnToOrigins: frozen(origins(options.returnToOrigins)),
    appId: options.appId ?? 'authrouter',
    session: options.session,
    transactions: options.transactions ?? 'cookie',
    tokenStore: sharedStore(options.tokenStore, warn),
    userStore: options.userStore,
    linkByVerifiedEmail: frozen(emailLinks(options, providers.registrations)),
    profileMaxAge: options.profileMaxAge ?? false,
    fetchToken: tableReader(options),
    keepTokens: tokensKeeper(options),
    revokeOnLogout: options.revokeOnLogout ?? true,
    ifLoggedIn: options.ifLoggedIn ?? 'allow',
    remember: frozen(options.remember ?? false),
    expiry: expiryOf(options),
    crossSiteStart: options.crossSiteStart ?? 'confirm',
    keep: frozen({ ...defaultKeep, ...options.keep }),
    hooks: frozen({ ...options.hooks }),
    errors: options.errors ?? 'page',
    outbound,
    logger: options.logger,
    ...providers,
  } as const
  reachWarnings(settings, { production, wayOut }).forEach((message) => {
    warn(message)
  })
  const local = production && urls.find((url) => url.startsWith('http:'))
  if (local) warn(`baseUrl ${local} is plain http in production: users can sign in there from this machine only.`)
  // Where an application is developed without a baseUrl, it is reached on this machine alone.
  const callbacks = [...providers.registrations.values()].flatMap((registration) =>
    callbackUrls(urls.length > 0 ? urls : ['http://localhost:<port>'], path, registration),
  )
  if (callbacks.length > 0 && !production && env['NODE_ENV'] !== 'test')
    inform?.(`Callback URLs, to be registered with the providers: ${callbacks.join(', ')}`)
  return Object.freeze({ ...settings, secrets: frozen(secrets ?? [randomSecret(warn)]) })
}

function baseUrls(configured: string | readonly string[] | undefined, env: Environment): readonly string[] {
  return [...new Set(eachOf('baseUrl', configured, 'AUTH_BASE_URL', env, applicationAddress))]
}

function requireBaseUrl(urls: readonly string[], isNeeded: boolean): void {
  if (urls.length > 0 || !isNeeded) return
  throw new MissingSettings([
    'baseUrl is missing: set it, or the environment variable AUTH_BASE_URL, to where the application is reached '
      + "from outside, such as 'https://app.example.com'.",
  ])
}

/** @returns nothing where one may be made up */
function secretsOf(
  configured: string | readonly string[] | undefined,
  env: Environment,
  production: boolean,
): readonly string[] | undefined {
  const given = eachOf('secret', configured, 'AUTH_SECRET', env, checkSecret)
  if (given.length > 0) return given
  if (!production && !configured) return undefined
  throw new MissingSettings([
    'secret is missing: set it, or the environment variable AUTH_SECRET, to at least 32 random characters, such '
      + 'as those that `openssl rand -base64 32` prints.',
  ])
}

function randomSecret(warn: (message: string) => void): string {
  warn(
    'AUTH_SECRET is not set: a random secret is used, and every sign-in ends when this process does. '
      + 'Set AUTH_SECRET to what `openssl rand -base64 32` prints.',
  )
  return randomToken()
}

/** Each value of an option that is one text or several, from the code or else from the environment, checked. */
function eachOf(
  name: string,
  configured: string | readonly string[] | undefined,
  variable: string,
  env: Environment,
  checked: (value: string, path: string) => string,
): string[] {
  const values = typeof configured === 'string' ? [configured] : (configured ?? readList(env, variable) ?? [])
  const source = configured === undefined ? ` (from ${variable})` : ''
  return values.map((value, index) => checked(value, `${name}${values.length > 1 ? `[${String(index)}]` : ''}${source}`))
}

function mountPath(path: string): string {
  if (isPlainPath(path) && !path.endsWith('/')) return path
  throw invalid('path', "must begin with / and not end with it, without query: letters, digits, - . _ ~ and /, like '/auth'.")
}

/** A path of the application by rule R1; the page of sign-in buttons is one too, the other routes of ours are not. */
function ownPath(value: string, name: string, mount: string): string {
  const rules = { baseUrl: 'http://localhost', mountPath: mount, origins: [] }
  const safe = value === mount ? value : safeReturnTo(value, rules)
  if (safe !== undefined) return safe
  throw invalid(name, `must be a path of the application, such as '/' or '/home': no other host, and nothing below ${mount}.`)
}

function origins(configured: readonly string[] = []): string[] {
  return configured.map((origin, index) => exactOrigin(origin, `returnToOrigins[${String(index)}]`))
}

function checkSession(session: unknown): void {
  if (session === undefined || session === 'request' || typeof session === 'function') return
  if (typeof session !== 'object' || session === null || Array.isArray(session)) {
    throw invalid(
      'session',
      "must be { store } with a store of express-session, 'request', or a function (req, res) => session; "
        + 'leave it out for an encrypted cookie.',
    )
  }
  if (!hasMethods((session as { store?: unknown }).store, ['get', 'set', 'destroy'])) {
    throw invalid(
      'session.store',
      'must be a store of express-session, with the functions get, set and destroy: ' + 'new RedisStore({ client }) and the like.',
    )
  }
}

function expiryOf<Request, Session>({ remember = false, expiry }: Partial<AuthRouterConfig<Request, Session>>): Settings['expiry'] {
  if (expiry?.rolling === true && remember === false)
    throw invalid('expiry.rolling', 'needs remember: it is that time which begins anew with every visit.')
  return Object.freeze({ idle: false, absolute: undefined, rolling: false, ...expiry })
}

function sharedStore(store: TokenStore | undefined, warn: (message: string) => void): TokenStore | undefined {
  if (store && !store.lock)
    warn('tokenStore has no function lock, so it is safe for one process only: two could refresh the same tokens at once.')
  return store
}

function outboundOf(http: Partial<Outbound> = {}): Outbound {
  if (http.fetch && http.dispatcher !== undefined) {
    throw invalid('http.dispatcher', 'would not be used beside http.fetch: give the dispatcher to that fetch.')
  }
  return Object.freeze({ timeout: defaultTimeout, maxBytes: defaultMaxBytes, ...http })
}
