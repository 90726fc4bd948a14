import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import type { Parameters } from '../base/parameters.js'
import type { Context } from '../model/context.js'
import { providerCode, type ErrorSource } from './errorSource.js'

/** Parameters of a token request, `grant_type` among them; what may stand more than once is a list (RFC 8707 section 2). */
export type TokenForm = Parameters & { grant_type: string }

/** Makes one token request and gives the answer as it came, parsed. */
export type SendTokenRequest = (context: Context, form: TokenForm, endpoint: string, dpopKey?: string) => Promise<unknown>

/** The error code of an answer: text as RFC 6749 section 5.2 has it, or the name inside an object, which occurs too. */
export function errorCodeOf(payload: unknown): string | undefined {
  const error = isObject(payload) ? payload['error'] : undefined
  const code = isObject(error) ? (error['type'] ?? error['code'] ?? error['name']) : error
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined
}

/** Whether an answer tells of an error, under whatever status it came. */
export function isFailure(answer: Record<string, unknown>): boolean {
  return (answer['access_token'] ?? undefined) === undefined && errorCodeOf(answer) !== undefined
}

// RFC 9449 sections 5 and 8. Such a refusal says nothing of the grant, which has not been used.
const proofErrors: readonly (string | undefined)[] = ['invalid_dpop_proof', 'use_dpop_nonce']

/** An error answer of a token endpoint (RFC 6749 section 5.2). */
export function tokenEndpointError(error: string | undefined, status: number | undefined, source: ErrorSource, cause: unknown): AuthError {
  const told = { provider: source.slug, providerError: providerCode(error, source), cause }
  if (error === undefined || (status !== undefined && status >= 500)) {
    return new AuthError('provider_bad_response', "The provider's token endpoint answered with an error.", told)
  }
  if (proofErrors.includes(error)) {
    return new AuthError('provider_bad_response', 'The provider does not accept the DPoP proof: check the clock of this server.', told)
  }
  return new AuthError('provider_error', 'The provider refused to complete the sign-in.', told)
}
