import { inspect } from 'node:util'

/** Every error code of authrouter with the HTTP status it is answered with. */
export const errorStatus = {
  bad_request: 400,
  state_missing: 400,
  state_unknown: 400,
  state_mismatch: 400,
  state_expired: 400,
  state_used: 400,
  provider_mismatch: 400,
  issuer_mismatch: 400,
  issuer_missing: 400,
  nonce_mismatch: 400,
  idtoken_invalid: 400,
  assertion_invalid: 400,
  return_to_mismatch: 400,
  user_mismatch: 400,
  discovery_failed: 400,
  provider_error: 400,
  login_required: 401,
  reauth_required: 401,
  credentials_unreadable: 401,
  credentials_gone: 401,
  not_linked: 401,
  access_denied: 403,
  csrf: 403,
  login_refused: 403,
  forbidden: 403,
  proxy_denied: 403,
  unknown_provider: 404,
  method_not_allowed: 405,
  link_conflict: 409,
  last_method: 409,
  too_large: 413,
  hook_failed: 500,
  config_invalid: 500,
  host_not_allowed: 500,
  path_escape: 500,
  provider_bad_response: 502,
  store_unavailable: 503,
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
}

/**
 * The one error class of authrouter.
 *
 * `message` is written to be shown to a person: it holds no secret and nothing that a provider or a visitor sent.
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
    // Frameworks print `stack` into pages while an application is developed; the trace is for logs, by `inspect`.
    Object.defineProperty(this, 'trace', { value: this.stack, enumerable: false })
    this.stack = `AuthError: ${message}`
    Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false, writable: true, configurable: true })
  }

  /** The JSON answer of a route. */
  toJSON(): { error: AuthErrorCode; message: string; provider?: string; retry: boolean } {
    return {
      error: this.code,
      message: this.message,
      ...(this.provider === undefined ? {} : { provider: this.provider }),
      retry: this.retry,
    }
  }

  [inspect.custom](): string {
    const details = [this.provider && `provider: ${this.provider}`, this.providerError && `providerError: ${this.providerError}`,
      this.reason && `reason: ${this.reason}`].filter(Boolean).join(', ')
    return `${this.trace ?? this.message}\n  { code: '${this.code}', status: ${String(this.status)}${details ? `, ${details}` : ''} }`
  }
}

const final = new Set<AuthErrorCode>(['config_invalid', 'unknown_provider', 'method_not_allowed', 'login_refused', 'forbidden', 'bad_request',
  'proxy_denied', 'host_not_allowed', 'path_escape', 'link_conflict', 'last_method', 'too_large'])

function isWorthRetrying(code: AuthErrorCode): boolean {
  return !final.has(code)
}

/** Whatever was thrown, as an `AuthError`: one that is already passes, anything else becomes `code` with a safe message. */
export function asAuthError(error: unknown, code: AuthErrorCode, message: string, provider?: string): AuthError {
  return error instanceof AuthError ? error : new AuthError(code, message, { cause: error, provider })
}
