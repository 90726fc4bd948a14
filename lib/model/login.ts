import type { DeviceCodeGrant, OwnGrant, RefreshGrant } from './grants/grants.js'

/** What a user, a guard or the application asks of one login. */
export interface LoginOptions {
  /** Where to go afterwards; rule R1 decides whether it may be used. */
  returnTo?: string
  prompt?: string
  loginHint?: string
  /** Scopes to ask for beside the configured ones. */
  scope?: readonly string[]
  /** Seconds; see OpenID Connect Core section 3.1.2.1. */
  maxAge?: number
  acrValues?: readonly string[]
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>>
  /** Whether the user asks to stay signed in beyond the browser's session; what the option `remember` says unless told. */
  remember?: boolean
  /**
   * Further parameters of this one authorization request, such as `{ hd: 'corp.example' }`; they win over `authorizationParams` of the
   * entry. None can replace what the flow sets itself, and no query parameter sets one.
   */
  params?: Readonly<Record<string, string>>
  /**
   * A JSON value of the application's own, at most 1 KB of JSON: kept encrypted while the user is at the provider, and handed to
   * `hooks.onLogin`. No query parameter sets it.
   */
  state?: unknown
}

/** Milliseconds that a user may take at the provider. */
export const transactionLifetime = 600_000

/** What must survive the redirect to the provider and back. Sealed, one record a login, used once. */
export interface Transaction {
  slug: string
  /** Random and told to nobody: what joins two requests to one login, because the value of the state may be the provider's choice. */
  id: string
  /** SHA-256 of the value that the callback will bring: `state`, or the request token of OAuth 1.0a. */
  stateHash: string
  /** SHA-256 over endpoints, client id and redirect URI: a login does not survive a change of whom it talks to, or of where it ends. */
  target: string
  /** Milliseconds since 1970. */
  createdAt: number
  returnTo?: string
  nonce?: string
  codeVerifier?: string
  /** Private key that the code, and then the tokens, are bound to, as in `Tokens`. */
  dpopKey?: string
  requestToken?: string
  requestTokenSecret?: string
  /** What a protocol that needs none of these remembers, by names of its own. */
  own?: Readonly<Record<string, string>>
  scope?: readonly string[]
  maxAge?: number
  remember?: boolean
  /** Digest of what a guard, or the provider's API, asked of this login, so that it is asked once. */
  stepUp?: string
  /** Whether a form was not sent because of this login, which the user is told when it is finished. */
  resend?: boolean
  /** Whether the provider was not to ask the user anything (`prompt=none`): that it would have to is an outcome then. */
  silent?: boolean
  /** Digest of whose session the account is to be added to; absent for a login that signs in. */
  linkTo?: string
  /** JSON value that the application gave this login; never the parameter `state` of the protocol. */
  state?: unknown
  /** What the user chose of the provider's parameters, where the entry asks: a callback cannot change it. */
  parameters?: Readonly<Record<string, string>>
}

/** What `authorize` gives: where to send the browser, and what the protocol wants back at the callback. */
export interface Authorization {
  location: string
  /** Fields of a form that the browser posts to `location`; without them it is redirected there. */
  form?: Readonly<Record<string, string>>
  /** The value by which the callback will name this login. */
  state: string
  /** What the callback, or the tokens that it leads to, are checked against. Members of the transaction, which `remember` is another one of. */
  checks: Pick<Transaction, 'nonce' | 'codeVerifier' | 'dpopKey' | 'requestToken' | 'requestTokenSecret' | 'own'>
}

/** Parameters of a callback: each at most once. */
export type CallbackParameters = Readonly<Record<string, string>>

/** What a callback brought, and the login that it belongs to (RFC 6749 section 4.1.3). */
export interface CodeGrant {
  type: 'authorization_code'
  transaction: Transaction
  parameters: CallbackParameters
}

/** What tokens are asked for with: the fruit of a callback, a refresh token, or what the application itself can show. */
export type Grant = CodeGrant | RefreshGrant | DeviceCodeGrant | OwnGrant
