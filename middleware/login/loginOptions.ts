import { AuthError } from '../../lib/base/errors.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { checkLoginOptions } from './unavailable.js'

/** Bytes of the application's own state as JSON: it travels in a cookie, beside what the protocol wants remembered. */
const maxState = 1024

/**
 * The options of a login that the application starts itself, copied and checked: before the provider hears of it.
 * @throws AuthError `bad_request` for a `state` that is no JSON, `too_large` for one of more than 1 KB; `config_invalid`
 */
export function readLoginOptions(options: LoginOptions): LoginOptions {
  checkLoginOptions(options)
  const { state, ...others } = options
  return state === undefined ? others : { ...others, state: readState(state) }
}

/** What comes back after the login: the value as JSON has it. */
function readState(state: unknown): unknown {
  const text = asJson(state)
  if (Buffer.byteLength(text) > maxState)
    throw new AuthError('too_large', `The option state of login is larger than ${String(maxState)} bytes as JSON: keep the rest yourself.`)
  return JSON.parse(text)
}

function asJson(state: unknown): string {
  try {
    const text = JSON.stringify(state) as string | undefined
    if (text !== undefined) return text
  } catch (cause) {
    throw notJson(cause)
  }
  throw notJson()
}

function notJson(cause?: unknown): AuthError {
  return new AuthError('bad_request', 'The option state of login must be a value that JSON can write: no function, BigInt or circle.', {
    cause,
  })
}
