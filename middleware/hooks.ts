import { asAuthError } from '../lib/errors.js'
import { inTime } from '../lib/inTime.js'

/** Milliseconds that a hook of the application's may take. */
const hookTimeout = 10_000

/**
 * Runs a function of the application's, with an end to waiting for it.
 * @param name of the hook, for the log
 * @throws AuthError what the hook threw, else `hook_failed`
 */
export async function fromHook<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await inTime(hookTimeout, Promise.resolve().then(run), () => new Error(`${name} did not answer in time`))
  } catch (error) {
    throw asAuthError(error, 'hook_failed', 'The application could not complete the sign-in.')
  }
}
