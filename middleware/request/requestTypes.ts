import type { ApiClient } from '../../lib/client/apiClient.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { RequestLogoutOptions } from './requestAuth.js'

/** `req.auth`: for handlers that drive sign-in and sign-out themselves. */
export interface RequestAuth {
  /** The signed-in user. */
  readonly user: AuthUser | undefined
  /** The signed-in user as each linked provider knows them. */
  readonly users: Readonly<Record<string, AuthUser>>
  /** All accounts of the session, the latest last. */
  readonly accounts: readonly AuthUser[]
  /**
   * Starts a login and answers this request with a redirect to the provider.
   * @param provider slug
   * @param options of this login alone
   * @throws AuthError `unknown_provider`; `config_invalid`, `bad_request`, `too_large` for `params` and a `state` that a login cannot have; and
   * what reaching the provider may throw
   */
  login: (provider: string, options?: LoginOptions) => Promise<void>
  /**
   * Starts a login that adds an account to the signed-in user, and answers this request with a redirect to the provider. Ask for it from a POST
   * of your own pages only.
   * @throws AuthError `login_required`; `too_large` where the session has no room; what `login` throws
   */
  link: (provider: string, options?: LoginOptions) => Promise<void>
  /**
   * Takes an account from the signed-in user, with its tokens.
   * @param slugOrKey `authUser.key`, or a slug for the latest account of that provider
   * @throws AuthError `not_linked`; `last_method` for the only account
   */
  unlink: (slugOrKey: string) => Promise<void>
  /**
   * The API client of one account.
   * @throws AuthError `not_linked`
   */
  client: (key: string) => ApiClient
  /**
   * Makes another account of the session `req.authUser` and `req.oauthClient`.
   * @throws AuthError `not_linked`, `store_unavailable`
   */
  switch: (key: string) => Promise<void>
  /**
   * Fetches the profile of `req.authUser` again, and keeps what has changed.
   * @returns the user as they are now
   * @throws AuthError `login_required`, `reauth_required`, `user_mismatch`, `provider_error`, `provider_bad_response`, `provider_timeout`
   */
  refreshUser: () => Promise<AuthUser>
  /**
   * Signs out: with `everywhere` in all browsers of the user, with `key` of one account only. The handler sends the response; with `provider`
   * it is a redirect to the provider, which signs the user out there too.
   */
  logout: (options?: RequestLogoutOptions) => Promise<void>
}

/** What the middleware puts on a request. */
export interface AttachedRequest {
  authUser: AuthUser | undefined
  oauthClient: ApiClient
  oauthClients: Readonly<Record<string, ApiClient>>
  auth: RequestAuth
}
