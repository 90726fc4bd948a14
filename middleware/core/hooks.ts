import type { Awaitable } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import { withTimeout } from '../../lib/base/timeout.js'

// Together with what a provider may take, an answer is there before a proxy or a person gives up.
/** Milliseconds that a function of the application's may take. */
const timeout = 5_000
/** Milliseconds for those that a login waits for, and which may have to make a user somewhere. */
const loginTimeout = 10_000
const atLogin: ReadonlySet<string> = new Set(['onLogin', 'onLink', 'onTokens'])

/**
 * Runs a function of the application's, with an end to waiting for it.
 * @param name of the function, for the log
 * @param message for the person when it throws
 * @throws AuthError what the function threw, else `hook_failed`
 */
export async function callHook<T>(
  name: string,
  run: () => Awaitable<T>,
  message = `The application's function ${name} failed.`,
): Promise<T> {
  const limit = atLogin.has(name) ? loginTimeout : timeout
  const late = (): Error =>
    new AuthError('hook_failed', `The application's function ${name} did not answer within ${String(limit / 1000)} seconds.`, {
      reason: name,
    })
  try {
    const answer = run()
    // A timer only for what has to be waited for.
    return isThenable(answer) ? await withTimeout(limit, answer, late) : answer
  } catch (thrown) {
    throw thrown instanceof AuthError ? thrown : new AuthError('hook_failed', message, { reason: name, cause: thrown })
  }
}

function isThenable<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
