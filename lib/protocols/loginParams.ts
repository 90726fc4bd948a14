import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { ResolvedProvider } from '../model/provider.js'

/** Parameters that only the flow sets: a configured one of such a name is dropped, one of a login is refused. */
export const flowParameters: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'request',
  'request_uri',
  'response_mode',
])

/** The same of OpenID Authentication 2.0 (section 9.1); extensions have other names. */
const openid2Parameters: ReadonlySet<string> = new Set(
  ['ns', 'mode', 'claimed_id', 'identity', 'return_to', 'realm', 'assoc_handle'].map((name) => `openid.${name}`),
)

/** Parameters that a login sets by an option, because more than the address depends on them. */
const byOption: Readonly<Record<string, string>> = {
  scope: 'scope',
  prompt: 'prompt',
  login_hint: 'loginHint',
  max_age: 'maxAge',
  acr_values: 'acrValues',
}

/**
 * Checks the further parameters of one authorization request: none may take the place of one that the flow sets.
 * @throws AuthError `config_invalid`, naming the parameter
 */
export function checkLoginParams({ slug, provider }: Pick<Context, 'slug' | 'provider'>, params: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(params)) {
    const lower = name.toLowerCase()
    if (isOfFlow(provider, lower)) throw refused(slug, name, 'the flow sets it itself: leave it out.')
    const option = optionOf(provider, lower)
    if (option !== undefined) throw refused(slug, name, `it has an option of its own: write ${option}, beside params.`)
    // Tokens are asked for the same ones later.
    if (lower === 'resource' && provider.resource !== undefined)
      throw refused(slug, name, `providers.${slug}.resource has it: list there what the access is for.`)
  }
}

/** Whether the flow sets a parameter itself, under its standard name or the provider's own. */
export function isOfFlow({ protocol, parameterNames = {} }: ResolvedProvider, given: string): boolean {
  const name = given.toLowerCase()
  // RFC 5849 sections 2.2 and 3.1.
  if (protocol === 'oauth1') return name.startsWith('oauth_')
  if (protocol === 'openid2') return openid2Parameters.has(name)
  return (
    flowParameters.has(name)
    || Object.entries(parameterNames).some(([standard, own]) => own.toLowerCase() === name && flowParameters.has(standard))
  )
}

function optionOf({ protocol, parameterNames = {} }: ResolvedProvider, name: string): string | undefined {
  if (protocol === 'oauth1') return name === 'login_hint' ? byOption[name] : undefined
  const standard = Object.keys(parameterNames).find((key) => parameterNames[key]?.toLowerCase() === name) ?? name
  return Object.hasOwn(byOption, standard) ? byOption[standard] : undefined
}

function refused(slug: string, name: string, why: string): AuthError {
  return new AuthError('config_invalid', `The option params of login cannot set ${name}: ${why}`, { provider: slug })
}
