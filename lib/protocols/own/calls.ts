import { AuthError } from '../../base/errors.js'
import { withTimeout } from '../../base/timeout.js'
import type { Context } from '../../model/context.js'
import type { Wrong } from './answers.js'

/** Milliseconds that a function of a protocol may take, which may call the provider: twice `http.timeout` where that is more. */
const minLimit = 10_000

/** A function of an application's own protocol, for messages. */
export interface Part {
  /** Of the protocol. */
  name: string
  part: string
  /** Where it is known. */
  slug?: string | undefined
}

/** Makes what is thrown for an answer of this function. */
export function wrongAnswer(part: Part): Wrong {
  return (problem) => failed(part, `${problem}.`)
}

/**
 * What a function of an application's own protocol answers, read; an end to waiting for it.
 * @param read checks the answer
 * @throws AuthError what the function throws if it is one; else `hook_failed`
 */
export async function answerOf<T>(
  context: Context,
  part: Part,
  call: () => unknown,
  read: (answer: unknown, wrong: Wrong) => T,
): Promise<T> {
  const limit = Math.max(minLimit, 2 * context.outbound.timeout)
  return asAuthErrors(part, async () => {
    const answer = call()
    const late = (): Error => failed(part, `did not answer within ${String(limit / 1000)} seconds.`)
    return read(isThenable(answer) ? await withTimeout(limit, answer, late) : answer, wrongAnswer(part))
  })
}

/** What a function answers that nothing waits for, read. @throws AuthError as `answerOf` does */
export function answerAtOnce<T>(part: Part, call: () => unknown, read: (answer: unknown, wrong: Wrong) => T): T {
  try {
    return read(call(), wrongAnswer(part))
  } catch (thrown) {
    throw explained(part, thrown)
  }
}

async function asAuthErrors<T>(part: Part, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw explained(part, thrown)
  }
}

function explained(part: Part, thrown: unknown): AuthError {
  if (!(thrown instanceof AuthError)) return failed(part, 'failed.', thrown)
  thrown.provider ??= part.slug
  return thrown
}

function failed({ name, part, slug }: Part, problem: string, cause?: unknown): AuthError {
  return new AuthError('hook_failed', `The function ${part} of the protocol '${name}' ${problem}`, {
    reason: `${name}.${part}`,
    provider: slug,
    cause,
  })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
