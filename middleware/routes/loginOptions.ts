import { AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { isYes, type Parameters } from '../http/parameters.js'

const prompts = new Set(['none', 'login', 'consent', 'select_account', 'create'])

/**
 * What a request may ask of a login.
 * @throws AuthError `bad_request`
 */
export function loginOptions({ provider }: Registration, parameters: Parameters, returnTo: string): LoginOptions {
  const { prompt, login_hint: loginHint, scope } = parameters
  if (prompt !== undefined && !prompt.split(' ').every((word) => prompts.has(word))) {
    throw new AuthError('bad_request', 'prompt may be none, login, consent, select_account or create.')
  }
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
