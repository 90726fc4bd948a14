import { asAuthError } from '../lib/errors.js'

/** Milliseconds that a hook of the application's may take. */
const hookTimeout = 10_000

/**
 * Runs a function of the application's, with an end to waiting for it.
 * @param name of the hook, for the log
 * @throws AuthError what the hook threw, else `hook_failed`
 */
export async function fromHook<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => { reject(new Error(`${name} did not answer in time`)) }, hookTimeout)
    })
    return await Promise.race([Promise.resolve().then(run), deadline])
  } catch (error) {
    throw asAuthError(error, 'hook_failed', 'The application could not complete the sign-in.')
  } finally {
    clearTimeout(timer)
  }
}
