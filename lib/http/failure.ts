import { AuthError } from '../base/errors.js'
import { isConnectTimeout } from './connections.js'
import type { Deadline } from './deadline.js'
import { isPrivateAddressError } from './publicAddress.js'

/**
 * What a caller is told of a request that failed: their own abort as it is, anything else as an `AuthError` that quotes nothing.
 * @param caller the caller's own signal
 */
export function failureOf(error: unknown, caller: AbortSignal | undefined, deadline: Deadline): unknown {
  if (caller?.aborted) return caller.reason
  if (error instanceof AuthError) return error
  if (deadline.isOver() || isConnectTimeout(error))
    return new AuthError('provider_timeout', 'The provider did not answer in time.', { cause: error })
  if (isPrivateAddressError(error)) {
    return new AuthError(
      'discovery_failed',
      "The provider's address leads into a private network, where sign-ins of others may not go. "
        + 'The application can open a host of its own with http.privateHosts.',
      { cause: error },
    )
  }
  return unreachable(error)
}

/** The error of a connection that was refused, broke, or found no host. */
export function unreachable(cause: unknown, provider?: string): AuthError {
  return new AuthError('provider_bad_response', 'The provider could not be reached.', { cause, provider })
}
