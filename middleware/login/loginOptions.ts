import { AuthError } from '../../lib/base/errors.js'
import { isPlainObject } from '../../lib/base/json.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { checkLoginParams } from '../../lib/protocols/loginParams.js'
import { isYes, type Parameters } from '../http/parameters.js'

/** Bytes of the application's own state as JSON: it travels in a cookie, beside what the protocol wants remembered. */
const maxState = 1024

/**
 * The options of a login that the application starts itself, copied and checked: before the provider hears of it.
 * @param registration of the provider, where it is known already
 * @throws AuthError `bad_request` for `params` or `parameters` that are no texts and a `state` that is no JSON, `too_large` for a state of more than 1 KB;
 * `config_invalid` for `params` that the flow sets itself
 */
export function readLoginOptions({ params, parameters, state, ...others }: LoginOptions, registration?: Registration): LoginOptions {
  const texts = params === undefined ? undefined : readTexts('params', params)
  if (texts && registration) checkLoginParams(registration, texts)
  return {
    ...others,
    ...(texts === undefined ? {} : { params: texts }),
    ...(parameters === undefined ? {} : { parameters: readTexts('parameters', parameters) }),
    ...(state === undefined ? {} : { state: readState(state) }),
  }
}

/** RFC 6749 section 8.2. */
const parameterName = /^[\w.-]+$/

function readTexts(option: string, texts: unknown): Record<string, string> {
  if (!isPlainObject(texts)) throw new AuthError('bad_request', `The option ${option} of login must be a plain object of texts by name.`)
  const given = Object.entries(texts).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!parameterName.test(name))
      throw new AuthError('bad_request', `The names in the option ${option} of login must be letters, digits, dots, - and _ only.`)
    if (typeof value !== 'string') throw new AuthError('bad_request', `The option ${option} of login must be texts: ${name} is none.`)
  }
  return Object.fromEntries(given) as Record<string, string>
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

const prompts = new Set(['none', 'login', 'consent', 'select_account', 'create'])

/**
 * What a request may ask of a login.
 * @throws AuthError `bad_request`
 */
export function loginOptionsOf({ provider }: Registration, parameters: Parameters, returnTo: string): LoginOptions {
  const { prompt, login_hint: loginHint, scope } = parameters
  if (prompt !== undefined && !prompt.split(' ').every((word) => prompts.has(word))) {
    throw new AuthError('bad_request', 'prompt may be none, login, consent, select_account or create.')
  }
  // OpenID Connect Core section 3.1.2.1.
  if (prompt?.includes('none') && prompt !== 'none') throw new AuthError('bad_request', 'prompt may be none or something else, not both.')
  const wanted = scope?.split(' ').filter(Boolean) ?? []
  const allowed = new Set([...provider.scope, ...(provider.scopes ?? [])])
  if (!wanted.every((item) => allowed.has(item))) {
    throw new AuthError('bad_request', "A requested scope is not listed in the scopes of this provider's entry.")
  }
  return {
    returnTo,
    ...(prompt === undefined ? {} : { prompt }),
    ...(loginHint === undefined ? {} : { loginHint: loginHint.slice(0, 320) }),
    ...(wanted.length === 0 ? {} : { scope: wanted }),
    ...(parameters['remember'] === undefined ? {} : { remember: isYes(parameters['remember']) }),
  }
}
