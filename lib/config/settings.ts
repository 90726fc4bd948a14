import type { AuthError } from '../base/errors.js'
import type { Credentials } from '../client/credentials.js'
import type { Registration } from '../model/context.js'
import type { Outbound } from '../model/http.js'
import type { ProtocolName, Provider, ProviderOptions } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'
import type { AuthUser } from '../model/user.js'
import type { TokenStore } from '../stores/tokenStore.js'

/** Who the application is to one provider, and how it wants that provider used: one value of `providers`. */
export interface ProviderEntry extends Partial<Omit<Provider, 'protocol' | 'title' | 'parameters' | 'openid2'>>, ProviderOptions {
  /** Catalogue name, when the slug is another one. */
  provider?: string
  /** For a provider that is not in the catalogue. */
  protocol?: ProtocolName
  clientId?: string
  clientSecret?: string
  /** PEM text, for `private_key_jwt`, RSA signatures and `certificate`. */
  privateKey?: string
  /** What the provider calls the private key (`kid`), for `private_key_jwt` where several are registered. */
  keyId?: string
  /** PEM text, for `clientAuth: 'tls'` (RFC 8705): the client's certificate, and of those that vouch for it. */
  certificate?: string
  /** Parameters of the catalogue entry, such as a tenant or a host. */
  [parameter: string]: unknown
}

/** Finds an entry when it is asked for: tenants from a database. Results are checked, and cached by identity. */
export type ProviderLookup<Request = unknown> = (slug: string, req: Request) => Promise<ProviderEntry | Provider | undefined> | ProviderEntry | Provider | undefined

/** Slug to entry; `defaults` is not a slug: it is merged under every entry. */
export type ProviderTable = Readonly<Record<string, ProviderEntry | Provider>> & { readonly defaults?: ProviderEntry }

/** Is given structured events, redacted, and each as one line of text. */
export interface Logger {
  debug: (event: object, message?: string) => void
  info: (event: object, message?: string) => void
  warn: (event: object, message?: string) => void
  error: (event: object, message?: string) => void
}

export interface LoginEvent<Request = unknown> {
  user: AuthUser
  tokens: Readonly<Tokens>
  /** The same tokens with a life: when they end, and how to renew them. */
  credentials: Credentials
  req: Request
}

/** What `onLogin` may answer: nothing or `true`, own fields for the user, another place to go. Anything else refuses, such as `false` or `null`. */
export type LoginDecision = undefined | void | boolean | { user?: Record<string, unknown>; redirect?: string }

/** Tokens that are new: of a login, or of a renewal. */
export interface TokensEvent {
  /** Slug of the provider. */
  slug: string
  /** Whose they are; absent for an application's own (client credentials), and only in part where sealed credentials name the person. */
  user: Partial<AuthUser> | undefined
  tokens: Readonly<Tokens>
  /** What they replace; absent for a login. */
  previous: Readonly<Tokens> | undefined
}

export interface Hooks<Request = unknown> {
  onLogin?: (event: LoginEvent<Request>) => LoginDecision | Promise<LoginDecision>
  onLogout?: (event: { user: AuthUser; req: Request }) => void | Promise<void>
  onError?: (event: { error: AuthError; req: Request }) => void | Promise<void>
  /** New tokens, to be kept in a table of the application's own; see `fetchToken`. A login waits for it, and fails if it throws. */
  onTokens?: (event: TokensEvent) => void | Promise<void>
}

/**
 * Finds the tokens of the person who is signed in, by `user.key`, in a table of the application's own, which `hooks.onTokens` writes. Asked
 * once for each request of a signed-in person and account, and again before tokens are renewed.
 */
export type FetchToken<Request = unknown> = (slug: string, req: Request, user: AuthUser) => Tokens | undefined | null | Promise<Tokens | undefined | null>

/** Seconds for every login, or for those that ask; `false` for none. */
export type Remember = number | false | { readonly ifAsked: number }

/** When sessions end by themselves, in seconds; `false` for never. */
export interface Expiry {
  /** After the last request; never unless told. */
  idle?: number | false
  /** After the login, however much the session is used; unless told, 30 days for sessions that end with the browser, and never for others. */
  absolute?: number | false
  /** Whether `remember` counts from the last request and not from the login; no unless told. */
  rolling?: boolean
}

/** What of the application's session data survives; lists of session keys. */
export interface Keep {
  /** Not carried over at login. */
  dropOnLogin?: readonly string[]
  /** Carried over even when another user signs in. */
  keepAcrossUsers?: readonly string[]
  keepOnLogout?: readonly string[]
}

/**
 * What an application gives to `authRouter`. Everything but `providers` may be left out; in production `baseUrl` and `secret` may
 * come from the environment instead.
 */
export interface AuthRouterConfig<Request = unknown, Session = unknown> {
  /**
   * What can be signed in with: slug to entry, a list of catalogue names, or a function that finds an entry.
   * `<SLUG>_CLIENT_ID` and `<SLUG>_CLIENT_SECRET` of the environment complete an entry, and so does any other scalar option; what
   * a function answers has to be complete by itself.
   */
  providers: ProviderTable | readonly string[] | ProviderLookup<Request>
  /** Where the application is reached from outside: one URL, or all. `AUTH_BASE_URL`, commas between. Required in production. */
  baseUrl?: string | readonly string[]
  /** Prefix of the routes; `/auth` unless told. */
  path?: string
  /** Seals cookies and tokens: at least 32 random characters, or `[current, ...older]`. `AUTH_SECRET`. Required in production. */
  secret?: string | readonly string[]
  /** Tells apart two applications on one host with one secret; `authrouter` unless told. */
  appId?: string
  /**
   * Where the signed-in state lives: `{ store, ...options of express-session }`, or `(req, res) => session`. Left out: the
   * session of a middleware that ran before, else a sealed cookie.
   */
  session?: Session
  /** Where logins under way are kept: a sealed cookie each unless told. */
  transactions?: 'cookie' | 'session'
  /** Where tokens live, if not in the session: one of `authrouter/stores`, or one of your own. Several processes share one. */
  tokenStore?: TokenStore
  /** Finds tokens in a table of the application's own, which `hooks.onTokens` writes. */
  fetchToken?: FetchToken<Request>
  /** Whether signing out revokes the tokens at providers that can (RFC 7009): yes unless told. Jobs that hold sealed credentials lose theirs too. */
  revokeOnLogout?: boolean
  /** Path to go to after a login that names no `returnTo`; `/` unless told. */
  afterLogin?: string
  /** Path to go to after a logout that names no `returnTo`; `/` unless told. */
  afterLogout?: string
  /** Exact other origins that `returnTo` may name. */
  returnToOrigins?: readonly string[]
  /** What starting a login does when somebody is signed in already: `'allow'` replaces the user and is the default. */
  ifLoggedIn?: 'allow' | 'redirect'
  /**
   * Lifetime of the session cookie in seconds; `{ ifAsked: seconds }` for logins that were started with `remember` alone; or `false`, the
   * default, for a browser session.
   */
  remember?: Remember
  /** When a session ends by itself, beside `remember`. */
  expiry?: Expiry
  /** A login started by a link on another site: a page with one button first, the default, or straight on. */
  crossSiteStart?: 'confirm' | 'allow'
  /** What of the application's session data survives a login and a logout. */
  keep?: Keep
  hooks?: Hooks<Request>
  /** `'page'`, the default, answers errors itself, HTML or JSON; `'next'` hands an `AuthError` to the application. */
  errors?: 'page' | 'next'
  /** Outbound calls: limits, and the application's own way out. */
  http?: Partial<Outbound>
  /** Receives structured events, redacted; `false` for none. Left out, warnings and errors go to the console. */
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
  fetchToken: FetchToken<Request> | undefined
  revokeOnLogout: boolean
  afterLogin: string
  afterLogout: string
  returnToOrigins: readonly string[]
  ifLoggedIn: 'allow' | 'redirect'
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
