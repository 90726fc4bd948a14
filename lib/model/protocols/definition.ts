import type { Client } from '../client.js'
import type { Http } from '../http.js'
import type { CallbackParameters } from '../login.js'
import type { ProfileMap, RawProfile } from '../profile.js'
import type { ApiRequest, ResolvedProvider } from '../provider.js'
import type { Tokens } from '../tokens.js'
import type { ProtocolClient } from './ownProtocol.js'
import type { ProtocolOption } from './protocolOptions.js'

/** A value, or a promise of it. */
type Answer<T> = T | Promise<T>

type EntryOptions = Readonly<Omit<ResolvedProvider, 'ownProtocol' | 'allowedTenants' | 'apiBaseTemplate'>>

/**
 * What the functions of a protocol work with: one entry, and the ways out of it. Frozen.
 * @typeParam Needed options that the protocol requires, and which are there therefore
 */
export interface ProtocolContext<Needed extends ProtocolOption = never> {
  slug: string
  /** The entry's options, with the values of parameters in its addresses. */
  provider: EntryOptions & { readonly [Name in Needed & keyof EntryOptions]-?: NonNullable<EntryOptions[Name]> }
  /** Who the application is to the provider; an empty `clientId` where it is nobody there. `parameters` has the values of the entry's parameters. */
  client: Readonly<Client>
  /** Where the provider has to send the browser back to. */
  redirectUri: string
  /**
   * Makes a request: `({ method, url, headers, body, timeout, maxBytes }) => ({ status, headers, body })`, the answer's body as bytes. It
   * follows no redirect, and throws `provider_timeout` or `provider_bad_response`, never for an HTTP status.
   */
  http: Http
  /**
   * Whether this is the first, of however many processes share the token store, to see a value within so many seconds, at most a day: for
   * answers that may be used once. Ask when all else of an answer has been verified.
   * @throws AuthError `store_unavailable`
   */
  claimOnce: (value: string, seconds: number) => Promise<boolean>
  /** Milliseconds since 1970. */
  now: () => number
}

/** What is asked of one login. */
export interface ProtocolLogin {
  /**
   * 43 random characters that name this login, letters, digits, `-` and `_`. The provider has to send them back: as a parameter of its
   * own, or in the query of `redirectUri`.
   */
  state: string
  /** Scopes to ask for: the entry's, and those of this login. */
  scope: readonly string[]
  /** `none`, `login`, `consent`, `select_account` or `create` (OpenID Connect Core section 3.1.2.1). */
  prompt?: string
  loginHint?: string
  /** Seconds that may have passed since the user last authenticated at the provider. */
  maxAge?: number
  acrValues?: readonly string[]
  /** Further parameters that the application gave this login. */
  params: Readonly<Record<string, string>>
}

/** Where a login sends the browser. */
export interface ProtocolAuthorization {
  /** An https address (http on this machine itself). */
  location: string
  /** Fields of a form that the browser posts there; without them it is redirected. */
  form?: Readonly<Record<string, string>>
  /** Texts for `exchange`, such as a nonce: kept encrypted in the browser meanwhile. Some hundred characters in all. */
  remember?: Readonly<Record<string, string>>
}

/** What a callback brought; its `state` has been checked. */
export interface ProtocolCallback {
  type: 'authorization_code'
  /** Each at most once. */
  parameters: CallbackParameters
  /** What `authorize` wanted remembered. */
  remembered: Readonly<Record<string, string>>
  /** As they were asked for. */
  scope: readonly string[]
  maxAge?: number
}

/** Tokens that are to be refreshed. */
export interface ProtocolRefresh {
  type: 'refresh_token'
  tokens: Readonly<Tokens>
}

/** What `exchange` is given. */
export type ProtocolGrant = ProtocolCallback | ProtocolRefresh

/** What a login or a refresh brought. */
export interface ProtocolResult {
  /**
   * `accessToken`, and what else is known: `refreshToken`, `expiresAt` in seconds since 1970, `scope`, `tokenType`, `tokenSecret`, `idToken`.
   * What a refresh leaves out of the refresh token and the scope stays.
   */
  tokens?: Pick<Tokens, 'accessToken' | 'refreshToken' | 'expiresAt' | 'issuedAt' | 'scope' | 'tokenSecret' | 'idToken'> & {
    tokenType?: string
  }
  /** The provider's answer, for `userinfo`. */
  response?: Record<string, unknown>
  /** How the user authenticated at the provider, and when, in seconds since 1970 (OpenID Connect Core section 2). */
  claims?: { acr?: string; amr?: readonly string[]; auth_time?: number }
}

/** What `userinfo` is given: what `exchange` answered, or later, when a profile is fetched again, tokens alone. */
export interface ProtocolIdentity {
  tokens?: Readonly<Tokens>
  response: Readonly<Record<string, unknown>>
}

/** A sign-out that goes on at the provider. */
export interface ProtocolLogout {
  /** Where the provider has to send the browser back to, with `state` in the query. */
  postLogoutRedirectUri: string
  state: string
}

/** The functions of a protocol. Each may throw an `AuthError`; anything else that is thrown becomes `hook_failed`. */
export interface ProtocolFunctions<Needed extends ProtocolOption = never> {
  /** Begins a login: where to send the browser. */
  authorize: (context: ProtocolContext<Needed>, login: ProtocolLogin) => Answer<ProtocolAuthorization>
  /**
   * Ends it: verifies what the provider sent, and asks the provider where the protocol does. With tokens it also refreshes them: throw
   * `provider_error` where the provider has ended the access, so that the user is asked to sign in again.
   */
  exchange: (context: ProtocolContext<Needed>, grant: ProtocolGrant) => Answer<ProtocolResult>
  /**
   * Who has signed in, as an object that `profile` picks from.
   * @default the answer of `userinfoEndpoint`, asked with `sign`, where there are tokens; else `response` of `exchange`
   */
  userinfo?: (context: ProtocolContext<Needed>, identity: ProtocolIdentity) => Answer<RawProfile>
  /** Finds in a callback the `state` that its login was given. @default the parameter `state` */
  state?: (parameters: CallbackParameters) => string | undefined
  /**
   * Checks a callback before anything is asked of the network, and before it counts as used: a refusal of the provider is thrown here.
   * @returns the parameters that `exchange` gets, if not all of them
   */
  checkResponse?: (context: ProtocolContext<Needed>, callback: ProtocolCallback) => Answer<CallbackParameters | undefined | void>
  /** Puts tokens on a request to the API, whose host it cannot change. @default a bearer token (RFC 6750) */
  sign?: (
    context: ProtocolContext<Needed>,
    tokens: Readonly<Tokens>,
    request: ApiRequest,
  ) => Answer<Pick<ApiRequest, 'url' | 'headers' | 'body'>>
  /** Whether `sign` needs the body as a whole, which then cannot be a stream. @default `false` */
  covers?: (context: ProtocolContext<Needed>, request: ApiRequest) => boolean
  /** An address that the API has answered with, without what `sign` may have put into the query of the one that was asked. @default the address */
  unsigned?: (address: URL) => URL
  /** Where to send the browser to sign out at the provider too; `undefined` where this provider has no such address. */
  endSession?: (context: ProtocolContext<Needed>, logout: ProtocolLogout) => Answer<string | undefined>
}

/** What `defineProtocol` takes. */
export interface ProtocolDefinition<Needed extends ProtocolOption = never> extends ProtocolFunctions<Needed> {
  /** A lower-case letter, then letters, digits and `-`, at most 32; none of authrouter's own. Accounts are bound to it: do not change it. */
  name: string
  /** Whether the application has an id and a secret with the provider: `'required'` both, `'optional'` either, `'none'`. */
  client: ProtocolClient
  /** Options that an entry must have, such as `['authorizationEndpoint']`. */
  requires?: readonly Needed[]
  /** Further options that an entry may have; any other one that is not for all protocols is refused. */
  options?: readonly ProtocolOption[]
  /** Whether logins bring tokens, and with them the options of the API client. @default false */
  tokens?: boolean
  /** Where the fields of the user come from, unless an entry says otherwise: paths or functions, as in an entry's `profile`. */
  profile?: ProfileMap
  /** The methods that callbacks come by. @default ['GET'] */
  callbackMethods?: readonly ('GET' | 'POST')[]
}
