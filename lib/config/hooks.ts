import type { AuthError } from '../base/errors.js'
import type { Credentials } from '../client/credentials.js'
import type { Tokens } from '../model/tokens.js'
import type { AuthUser } from '../model/user.js'

export interface LoginEvent<Request = unknown> {
  user: AuthUser
  /** `undefined` where the provider only says who somebody is. */
  tokens: Readonly<Tokens> | undefined
  /** The same tokens with a life: when they expire, and how to refresh them. */
  credentials: Credentials
  req: Request
  /** What the application gave this login as its option `state`; `undefined` for any other login. */
  state: unknown
  /** Whether the login makes a new user; `undefined` without `userStore`. */
  isNew: boolean | undefined
}

/** What `onLogin` may answer: nothing or `true`, own fields for the user, another place to go. Anything else refuses, such as `false` or `null`. */
export type LoginDecision = undefined | void | boolean | { user?: Record<string, unknown>; redirect?: string }

/** What `onLink` is given. */
export interface LinkEvent<Request = unknown> {
  /** Who is signed in. */
  user: AuthUser
  /** The account that is to be added. */
  account: AuthUser
  /** The tokens of the account, with a life. */
  credentials: Credentials
  req: Request
}

/** Tokens that are new: of a login, or of a refresh. */
export interface TokensEvent {
  /** Slug of the provider. */
  slug: string
  /** Whose they are; absent for an application's own (client credentials), and only in part where sealed credentials name the user. */
  user: Partial<AuthUser> | undefined
  tokens: Readonly<Tokens>
  /** What they replace; absent for a login. */
  previous: Readonly<Tokens> | undefined
}

export interface Hooks<Request = unknown> {
  /**
   * Called at each login with `{ user, tokens, credentials, req, state, isNew }`. It may add fields to the user (`{ user: {...} }`), redirect
   * (`{ redirect }`), or refuse (`false`).
   */
  onLogin?: (event: LoginEvent<Request>) => LoginDecision | Promise<LoginDecision>
  /**
   * Called with `{ user, account, credentials, req }` before an account is added to the signed-in user. It refuses with `false`, or by throwing.
   */
  onLink?: (event: LinkEvent<Request>) => void | boolean | Promise<void | boolean>
  /** Called with `{ user, account, req }` when an account has been removed from the signed-in user. */
  onUnlink?: (event: { user: AuthUser; account: AuthUser; req: Request }) => void | Promise<void>
  /** Called at each sign-out with `{ user, req }`. */
  onLogout?: (event: { user: AuthUser; req: Request }) => void | Promise<void>
  /** Called with `{ error, req }` when a route, a guard or a handler of authrouter's fails. */
  onError?: (event: { error: AuthError; req: Request }) => void | Promise<void>
  /** Called with the tokens of each login and refresh, `{ slug, user, tokens, previous }`. A login waits for it, and fails if it throws. */
  onTokens?: (event: TokensEvent) => void | Promise<void>
}
