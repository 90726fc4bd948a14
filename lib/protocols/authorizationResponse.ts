import { AuthError } from '../base/errors.js'
import { providerCode, type ErrorSource } from '../endpoints/errorSource.js'
import type { CallbackParameters } from '../model/login.js'

export interface ExpectedIssuer {
  /** The issuer that `iss` must equal, when it is known. */
  issuer: string | undefined
  /** Whether the provider says that it always sends `iss`. */
  required: boolean
}

// Longer codes are no provider's; they are refused before anything is sent on.
const maxCodeLength = 4096

/**
 * Checks an authorization response in the order that mix-up attacks ask for: issuer, then error, then code.
 *
 * @returns the authorization code
 * @throws AuthError `issuer_missing`, `issuer_mismatch` (RFC 9207 section 2.4: simple string comparison), `access_denied`,
 * `provider_error`, `bad_request`
 */
export function authorizationCode(parameters: CallbackParameters, expected: ExpectedIssuer, source: ErrorSource): string {
  const { slug } = source
  checkIssuer(parameters['iss'], expected, slug)
  throwProviderError(parameters['error'], source)
  const code = parameters['code']
  if (!code || code.length > maxCodeLength)
    throw new AuthError('bad_request', "The provider's answer holds no usable authorization code.", { provider: slug })
  return code
}

function checkIssuer(iss: string | undefined, { issuer, required }: ExpectedIssuer, slug: string): void {
  if (iss === undefined) {
    if (required) throw new AuthError('issuer_missing', "The provider's answer does not say who issued it.", { provider: slug })
    return
  }
  if (issuer !== undefined && iss !== issuer)
    throw new AuthError('issuer_mismatch', 'The answer comes from another provider than the one asked.', { provider: slug })
}

// Codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6 that mean the person, not the application, said no.
const denials = new Set(['access_denied', 'user_cancelled_login', 'user_cancelled_authorize', 'user_denied', 'consent_required'])

function throwProviderError(error: string | undefined, source: ErrorSource): void {
  const { slug } = source
  if (error === undefined) return
  // In capitals at some.
  if (denials.has(error.toLowerCase())) throw denied(slug, error)
  throw new AuthError('provider_error', 'The provider refused the sign-in.', { provider: slug, providerError: providerCode(error, source) })
}

/** The error of a person who pressed "cancel" at the provider. */
export function denied(slug: string, providerError?: string): AuthError {
  return new AuthError('access_denied', 'The sign-in was cancelled at the provider.', { provider: slug, providerError })
}
