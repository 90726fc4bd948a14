import type { Awaitable } from '../base/awaitable.js'
import type { Registration } from '../model/context.js'
import type { Outbound } from '../model/http.js'
import type { OwnProtocol } from '../model/protocols/ownProtocol.js'
import type { ProtocolName, Provider, ProviderOptions } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'
import type { AuthUser } from '../model/user.js'
import type { Hooks } from './hooks.js'
import type { TokenStore } from '../stores/tokenStore.js'
import type { UserStore } from '../stores/userStore.js'

/** Values that users may choose: a list, or a regular expression for whole values. */
export type Allowed = readonly string[] | RegExp

/** Who the application is to one provider, and how it wants that provider used: one value of `providers`. */
export interface ProviderEntry extends Partial<Omit<Provider, 'protocol' | 'title' | 'parameters'>>, ProviderOptions {
  /** Name of the catalogue entry to build on. @default the slug */
  provider?: string
  /**
   * Protocol of a provider that is not in the catalogue: a name, or what `defineProtocol` made.
   * @see docs/protocols.md
   */
  protocol?: ProtocolName | OwnProtocol
  /** The id that the provider gave your application. @default `<SLUG>_CLIENT_ID` */
  clientId?: string
  /** The secret that goes with the id. A public client has none: it sets `clientAuth: 'none'`. @default `<SLUG>_CLIENT_SECRET` */
  clientSecret?: string
  /**
   * Private key in PEM text, for `clientAuth: 'private_key_jwt'`, RSA signatures of OAuth 1.0a, `certificate`, and encrypted ID Tokens.
   * @see docs/openid-connect.md#signed-and-encrypted-answers
   */
  privateKey?: string
  /** Name of the private key at the provider (`kid`), where several are registered. */
  keyId?: string
  /** Client certificate in PEM text, with its intermediate certificates if it has any, for `clientAuth: 'tls'` (RFC 8705). */
  certificate?: string
  /**
   * Path of the callback below `baseUrl`, where another is registered with the provider already, such as `'/login/return'`.
   * @default `<path>/<slug>/callback`
   * @see docs/own-routes.md#a-callback-url-that-is-registered-already
   */
  callbackPath?: string
  /**
   * Parameters that the user chooses, such as `['shop']`: `GET /auth/<slug>?shop=acme`, or a form that asks.
   * @see docs/configuration.md#what-the-user-chooses
   */
  ask?: readonly string[]
  /**
   * Values that may be chosen: a list, a regular expression for whole values, or an object of these by parameter. A host needs this or `client`.
   * Without `ask`, the tenants whose users may sign in, where the issuer has a place for them.
   * @see docs/openid-connect.md#tenants
   */
  allow?: Allowed | Readonly<Record<string, Allowed>>
  /** Finds the client of what was chosen, `(parameters) => ({ clientId, clientSecret })`; `undefined` where there is none. */
  client?: (
    parameters: Readonly<Record<string, string>>,
  ) => Awaitable<Pick<ProviderEntry, 'clientId' | 'clientSecret' | 'privateKey' | 'keyId' | 'certificate'> | undefined>
  /** Parameters of the catalogue entry, such as a tenant or a host. */
  [parameter: string]: unknown
}

/** Finds an entry when it is asked for: tenants from a database. Results are checked, and cached by identity. */
export type ProviderLookup<Request = unknown> = (
  slug: string,
  req: Request,
) => Promise<ProviderEntry | Provider | undefined> | ProviderEntry | Provider | undefined

/** Slug to entry; `defaults` is not a slug: it holds options for all entries. */
export type ProviderTable = Readonly<Record<string, ProviderEntry | Provider>> & { readonly defaults?: ProviderEntry }

/** Is given structured events, redacted, and each as one line of text. */
export interface Logger {
  debug: (event: object, message?: string) => void
  info: (event: object, message?: string) => void
  warn: (event: object, message?: string) => void
  error: (event: object, message?: string) => void
}

/**
 * Finds the tokens of the signed-in user, by `user.key`, in a table of the application's own, which `hooks.onTokens` writes. Called once
 * for each request and account of a signed-in user, and again before a refresh.
 */
export type FetchToken<Request = unknown> = (
  slug: string,
  req: Request,
  user: AuthUser,
) => Tokens | undefined | null | Promise<Tokens | undefined | null>

/** Seconds for every login, or for those that ask; `false` for none. */
export type Remember = number | false | { readonly ifAsked: number }

/** When sessions end by themselves, in seconds; `false` for never. */
export interface Expiry {
  /** Seconds without a request. @default false */
  idle?: number | false
  /** Seconds since the login, however much the session is used. @default 30 days without `remember`, else `false` */
  absolute?: number | false
  /** `remember` counts from the last request, not from the login. @default false */
  rolling?: boolean
}

/** What of the application's session data survives; lists of session keys. */
export interface Keep {
  /** Keys that are removed when an anonymous visitor signs in. @default ['csrfSecret', '_csrf', 'flash'] */
  dropOnLogin?: readonly string[]
  /** Keys that stay even when another user signs in. @default [] */
  keepAcrossUsers?: readonly string[]
  /** Keys that stay after a sign-out. @default [] */
  keepOnLogout?: readonly string[]
}

/**
 * What an application gives to `authRouter`. Everything but `providers` may be left out; in production `baseUrl` and `secret` may
 * come from the environment instead.
 */
export interface AuthRouterConfig<Request = unknown, Session = unknown> {
  /**
   * What users can sign in with: entries by slug, a list of catalogue names, or a function `(slug, req) => entry` for tenants from a
   * database. `defaults` holds options for all entries; what an entry says itself wins.
   */
  providers: ProviderTable | readonly string[] | ProviderLookup<Request>
  /**
   * Where the application is reached from outside: a URL, or a list from which the `Host` header picks (`X-Forwarded-Host` where
   * Express's `trust proxy` covers the proxy). Required in production; in development taken from the request, on loopback only.
   * @default `AUTH_BASE_URL`
   */
  baseUrl?: string | readonly string[]
  /** Prefix of the routes. @default '/auth' */
  path?: string
  /**
   * Encrypts cookies, sessions and tokens: at least 32 random characters, or `[current, ...older]` to rotate. Required in production; in
   * development a random one is made at each start.
   * @default `AUTH_SECRET`
   */
  secret?: string | readonly string[]
  /** Tells apart two applications on one host with one secret: 1 to 32 letters, digits, `_` or `-`. @default 'authrouter' */
  appId?: string
  /**
   * Where authrouter keeps who is signed in: `'request'`, `{ store, ...options of express-session }`, or `(req, res) => session`.
   * @default the session of a middleware that ran before, else an encrypted cookie
   * @see docs/sessions.md#where
   */
  session?: Session
  /** Where logins under way are kept: an encrypted cookie each, or the session. @default 'cookie' */
  transactions?: 'cookie' | 'session'
  /**
   * Where tokens live, if not in the session: a store of `authrouter/stores`, or one of your own. Several processes need one.
   * @see docs/token-stores.md
   */
  tokenStore?: TokenStore
  /**
   * Your application's users: a store of `authrouter/stores`, or one of your own. A first login creates a user, later ones find it, and
   * `req.user` is its row.
   * @see docs/user-stores.md
   */
  userStore?: UserStore
  /**
   * Slugs of providers whose verified e-mail address adds a new account to the user who has that address. Only for providers that you
   * trust with every user's account.
   * @default []
   */
  linkByVerifiedEmail?: readonly string[]
  /** Seconds after which a signed-in user's profile is fetched again, at their next request; `false` for at logins only. @default false */
  profileMaxAge?: number | false
  /**
   * Reads tokens from a table of your own, which `hooks.onTokens` writes: `(slug, req, user) => tokens`.
   * @see docs/credentials.md#a-table-of-your-own
   */
  fetchToken?: FetchToken<Request>
  /**
   * Whose the tokens are. `'session'`: they end with it. `'user'`: they belong to the user's account, serve jobs by
   * `auth.client(slug, { user: id })`, and are revoked when the account is unlinked or the user is removed by `auth.forget`; a sign-out
   * revokes nothing. Needs `tokenStore` and `userStore`.
   * @default 'session'
   * @see docs/accounts.md#tokens-that-outlive-the-session
   */
  keepTokens?: 'session' | 'user'
  /** Signing out revokes the tokens at providers that can (RFC 7009), in the background; jobs that use them lose access too. @default true */
  revokeOnLogout?: boolean
  /** Path to go to after a login that names no `returnTo`. @default '/' */
  afterLogin?: string
  /** Path to go to after a sign-out that names no `returnTo`. @default '/' */
  afterLogout?: string
  /** Other origins that `returnTo` may name, exactly as `https://app.example.com`. @default [] */
  returnToOrigins?: readonly string[]
  /**
   * What happens when a signed-in user starts a login: it replaces the user (`'allow'`), goes straight to `returnTo` (`'redirect'`), or adds the
   * account to the session (`'link'`).
   * @default 'allow'
   */
  ifLoggedIn?: 'allow' | 'redirect' | 'link'
  /**
   * How long users stay signed in, in seconds; `{ ifAsked: seconds }` for logins started with `remember=1` only; `false` until the browser
   * closes.
   * @default false
   * @see docs/sessions.md#staying-signed-in
   */
  remember?: Remember
  /**
   * When a session ends by itself.
   * @see docs/sessions.md#ending-by-itself
   */
  expiry?: Expiry
  /** When a link on another site starts a login: show a page with one button first, or go straight on. @default 'confirm' */
  crossSiteStart?: 'confirm' | 'allow'
  /**
   * Which keys of your application's session data survive a login and a sign-out.
   * @see docs/sessions.md#what-survives-a-login-and-a-sign-out
   */
  keep?: Keep
  /** Functions that are called when a user signs in or out, when an account is added or removed, when tokens change, and on errors. */
  hooks?: Hooks<Request>
  /** Who answers errors: authrouter, with a page or JSON, or your error handler, which gets an `AuthError`. @default 'page' */
  errors?: 'page' | 'next'
  /** Limits of outbound calls, and your own HTTP client or agent. */
  http?: Partial<Outbound>
  /**
   * Gets every event as `debug`, `info`, `warn` or `error(event, message)`; `false` for none.
   * @default warnings and errors on the console
   */
  logger?: Logger | false
}

/** The configuration, checked and complete. */
export interface Settings<Request = unknown, Session = unknown> {
  /** Where the application is reached from outside, each without a slash at the end; empty in development: taken from the request, on loopback only. */
  baseUrls: readonly string[]
  /** Prefix of the routes, such as `/auth`. */
  path: string
  /** Current one first. */
  secrets: readonly string[]
  appId: string
  session: Session | undefined
  transactions: 'cookie' | 'session'
  tokenStore: TokenStore | undefined
  userStore: UserStore | undefined
  /** Slugs whose verified e-mail addresses find a user. */
  linkByVerifiedEmail: readonly string[]
  profileMaxAge: number | false
  fetchToken: FetchToken<Request> | undefined
  keepTokens: 'session' | 'user'
  revokeOnLogout: boolean
  afterLogin: string
  afterLogout: string
  returnToOrigins: readonly string[]
  ifLoggedIn: 'allow' | 'redirect' | 'link'
  remember: Remember
  expiry: { idle: number | false; absolute: number | false | undefined; rolling: boolean }
  crossSiteStart: 'confirm' | 'allow'
  keep: Required<Keep>
  hooks: Hooks<Request>
  errors: 'page' | 'next'
  outbound: Outbound
  logger: Logger | false | undefined
  registrations: ReadonlyMap<string, Registration>
  lookup: ProviderLookup<Request> | undefined
  /** Checks one entry and completes it, for entries that come later. */
  register: (slug: string, entry: ProviderEntry | Provider) => Registration
}
