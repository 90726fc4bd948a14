import { AuthError } from '../base/errors.js'
import { withTimeout } from '../base/timeout.js'

/** Milliseconds that a store may take. */
const storeTimeout = 4_500

/**
 * Waits for a session store or a token store, but not for ever.
 * @throws AuthError `store_unavailable` when it fails or does not answer in time
 */
export async function callStore<T>(work: () => T | PromiseLike<T>): Promise<T> {
  try {
    const answer = work()
    // What is at hand needs no deadline.
    return isPromiseLike(answer) ? await withTimeout(storeTimeout, answer, () => new Error('The store did not answer in time')) : answer
  } catch (cause) {
    if (cause instanceof AuthError) throw cause
    throw new AuthError('store_unavailable', 'The sign-in state cannot be kept at the moment. Try again soon.', { cause })
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
