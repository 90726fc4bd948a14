import { inspect } from 'node:util'

/**
 * Every error code of authrouter with the HTTP status it is answered with. The sentences are those of docs/errors.md: what a code means,
 * and what to do.
 */
export const errorStatus = {
  /** A parameter, URL, method, header or body is missing, malformed or not allowed: the message says which. Correct the request. */
  bad_request: 400,
  /** The callback does not say which login it belongs to. Start again; if it recurs, the provider does not return `state`. */
  state_missing: 400,
  /** This browser did not start the login, or did so over an hour ago. Start again; if it recurs, check that users visit `baseUrl`. */
  state_unknown: 400,
  /** The callback belongs to another login than the one under way in this browser. Start again. */
  state_mismatch: 400,
  /** The user took more than ten minutes at the provider. Start again. */
  state_expired: 400,
  /** The login has been finished already, and its result is gone. Start again. */
  state_used: 400,
  /** The login was started with another provider than the callback is for. Register with each provider the callback URL of its own slug. */
  provider_mismatch: 400,
  /** The answer names another issuer than the entry's (`iss`, RFC 9207). Check `issuer`, or `authorizationResponseIssuer`. */
  issuer_mismatch: 400,
  /** The provider promises to name its issuer (`iss`, RFC 9207) and did not. Start again; if it recurs, ask the provider. */
  issuer_missing: 400,
  /** The ID Token belongs to another login. Start again. */
  nonce_mismatch: 400,
  /** The ID Token failed a check, which `reason` names. Check `issuer`, `clientId`, `idTokenAlgs` and the server's clock. */
  idtoken_invalid: 400,
  /**
   * The answer of an OpenID 2.0 provider, or the JWT that a proxy signed into a header, failed a check, which `reason` names. Check the
   * entry, and the server's clock.
   */
  assertion_invalid: 400,
  /** The answer of an OpenID 2.0 provider is for another address. Check `baseUrl`, and that no proxy changes the query. */
  return_to_mismatch: 400,
  /**
   * A login or request is about another user than expected: somebody signed out or in meanwhile, or signed in with another account than was
   * asked for, or the provider answered with another user's profile. Nothing was changed: start again.
   */
  user_mismatch: 400,
  /**
   * The discovery document names another issuer, no keys, or an address that is not allowed; or an OpenID 2.0 identifier leads to no
   * provider. Check `issuer`, or the identifier; see also `http.privateHosts`.
   */
  discovery_failed: 400,
  /** The provider refused; look up `providerError`, its own code, in its documentation. Often an id, a secret or a scope is wrong. */
  provider_error: 400,
  /** Nobody is signed in, or a silent login (`prompt=none`) would have to ask. Send the user to sign in. */
  login_required: 401,
  /**
   * The access has ended and cannot be refreshed, the login is older than `maxAge`, or the API asks for a stronger sign-in. Send the user to
   * sign in again, at `location` if there is one.
   */
  reauth_required: 401,
  /** The sealed credentials are damaged, or from another application, `secret` or entry. Seal them again. */
  credentials_unreadable: 401,
  /** The account was signed out, or its tokens were revoked. Send the user to sign in again. */
  credentials_gone: 401,
  /** The session has no such account. Add it first, or name one of `req.auth.accounts`. */
  not_linked: 401,
  /** The user cancelled at the provider, or the provider denied access. Offer to start again. */
  access_denied: 403,
  /** The request came from another site. Sign out with a POST from your own page or with `csrfToken`; start logins with a link. */
  csrf: 403,
  /** `hooks.onLogin` refused the user, or `hooks.onLink` the account. Show why, or offer another account. */
  login_refused: 403,
  /** `requireLogin` refused the signed-in user: a role, a scope, the `acr` or the `check` is missing. */
  forbidden: 403,
  /** Not in use yet: the page may not call this part of the API. */
  proxy_denied: 403,
  /** There is no entry with this slug. Check the URL; add what `providers` looks up with `auth.register` before jobs use it. */
  unknown_provider: 404,
  /** The route does not take this method. Use one that the message names. */
  method_not_allowed: 405,
  /** The account belongs to another user of the application. Sign in with it, or remove it there first. */
  link_conflict: 409,
  /** It is the only account that the user can sign in with. Add another one before it is removed. */
  last_method: 409,
  /**
   * The request's body, the `state` of a login, or what a session has to hold of the user, is too large. Add fewer fields in `onLogin`, or
   * set `tokenStore`.
   */
  too_large: 413,
  /**
   * A function of your application threw, took too long or, in a protocol of its own, answered what cannot be used; `reason` names it. Its
   * error is in the log as `cause`.
   */
  hook_failed: 500,
  /** An option is missing or wrong: the message names it and says what to write instead. */
  config_invalid: 500,
  /** The URL of an API call is on a host that may not get the token. List the host in `apiHosts` if it is the provider's. */
  host_not_allowed: 500,
  /** The URL of an API call leads out of `apiBaseUrl`. Correct the path, or the user's value in it. */
  path_escape: 500,
  /** The provider could not be reached, or its answer is invalid or too large. Try again; the log has the `cause`. */
  provider_bad_response: 502,
  /** The session store or token store failed or took too long. Try again when it is back. */
  store_unavailable: 503,
  /** The provider did not answer in time. Try again; `http.timeout` sets the limit. */
  provider_timeout: 504,
} as const

export type AuthErrorCode = keyof typeof errorStatus

export interface AuthErrorOptions {
  /** Slug of the provider the error belongs to. */
  provider?: string | undefined
  /** What went wrong underneath. Never shown, never serialised. */
  cause?: unknown
  /** The provider's own error code (RFC 6749 section 4.1.2.1): shaped as one, and without anything that was sent there in confidence. */
  providerError?: string | undefined
  /** A machine-readable word that narrows the code down, such as the failed check of an ID Token. */
  reason?: string | undefined
  /** Path to send the user to, where a sign-in mends it. */
  location?: string | undefined
}

/**
 * The one error class of authrouter.
 *
 * `message` is written to be shown to a user: it holds no secret and nothing that a provider or a visitor sent.
 * `cause` is not enumerable and is left out of JSON and of `util.inspect`, because causes may quote tokens; so is `trace`, which `stack` would be.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: AuthErrorCode
  readonly status: number
  provider: string | undefined
  /** Whether starting again can help: what the code says unless whoever knows the request knows better. */
  retry: boolean
  readonly providerError: string | undefined
  readonly reason: string | undefined
  /** Path of the application to send the user's browser to, where a sign-in of a certain kind mends it: it leads to the provider and back. */
  readonly location: string | undefined
  /** Where it was thrown. Not enumerable. */
  declare readonly trace: string | undefined

  constructor(code: AuthErrorCode, message: string, options: AuthErrorOptions = {}) {
    super(message)
    this.code = code
    this.status = errorStatus[code]
    this.provider = options.provider
    this.retry = isWorthRetrying(code)
    this.providerError = options.providerError
    this.reason = options.reason
    this.location = options.location
    // Frameworks print `stack` into pages while an application is developed; the trace is for logs, by `inspect`.
    Object.defineProperty(this, 'trace', { value: this.stack, enumerable: false })
    this.stack = `AuthError: ${message}`
    Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false, writable: true, configurable: true })
  }

  /** The JSON answer of a route. */
  toJSON(): { error: AuthErrorCode; message: string; provider?: string; retry: boolean; location?: string } {
    return {
      error: this.code,
      message: this.message,
      ...(this.provider === undefined ? {} : { provider: this.provider }),
      retry: this.retry,
      ...(this.location === undefined ? {} : { location: this.location }),
    }
  }

  [inspect.custom](): string {
    const details = [
      this.provider && `provider: ${this.provider}`,
      this.providerError && `providerError: ${this.providerError}`,
      this.reason && `reason: ${this.reason}`,
    ]
      .filter(Boolean)
      .join(', ')
    return `${this.trace ?? this.message}\n  { code: '${this.code}', status: ${String(this.status)}${details ? `, ${details}` : ''} }`
  }
}

const final = new Set<AuthErrorCode>([
  'config_invalid',
  'unknown_provider',
  'method_not_allowed',
  'login_refused',
  'forbidden',
  'bad_request',
  'proxy_denied',
  'host_not_allowed',
  'path_escape',
  'link_conflict',
  'last_method',
  'too_large',
])

function isWorthRetrying(code: AuthErrorCode): boolean {
  return !final.has(code)
}

/** Whatever was thrown, as an `AuthError`: one that is already passes, anything else becomes `code` with a safe message. */
export function asAuthError(error: unknown, code: AuthErrorCode, message: string, provider?: string): AuthError {
  return error instanceof AuthError ? error : new AuthError(code, message, { cause: error, provider })
}
