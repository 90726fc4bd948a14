import { renamed } from '../base/parameters.js'
import { codeChallenge, threeRandomTokens } from '../base/random.js'
import { dpopThumbprint, newDpopKey } from '../endpoints/dpop/keys.js'
import type { Context } from '../model/context.js'
import type { LoginOptions } from '../model/login.js'
import { isOfFlow } from './loginParams.js'

export interface AuthorizationRequest {
  parameters: Record<string, string>
  /** What the access is for: the one parameter that may be there several times (RFC 8707 section 2). */
  resource: readonly string[]
  state: string
  checks: { nonce?: string; codeVerifier?: string; dpopKey?: string }
}

/**
 * The parameters of an authorization request (RFC 6749 section 4.1.1; RFC 7636; OpenID Connect Core section 3.1.2.1).
 *
 * The provider's and the application's hook see them first; `state`, `nonce`, the code challenge and the key's thumbprint are added
 * afterwards, so that no hook can leave one out.
 */
export function authorizationRequest(context: Context, options: LoginOptions, { withNonce }: { withNonce: boolean }): AuthorizationRequest {
  const { provider, client, redirectUri } = context
  const scope = requestedScope(context, options)
  const prepared = withoutAbsent({
    response_type: provider.responseType ?? 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: scope.length > 0 ? scope.join(provider.scopeSeparator ?? ' ') : undefined,
    response_mode: provider.responseMode,
    prompt: options.prompt,
    login_hint: options.loginHint,
    max_age: (options.maxAge ?? provider.maxAge)?.toString(),
    acr_values: (options.acrValues ?? provider.acrValues)?.join(' '),
    claims: provider.claims && JSON.stringify(provider.claims),
    authorization_details: provider.authorizationDetails && JSON.stringify(provider.authorizationDetails),
  })
  const resource = [provider.resource ?? []].flat()
  const offline = provider.offline ? provider.offlineAccess?.authorizationParams : undefined
  const extra = { ...offline, ...provider.authorizationParams }
  for (const [name, value] of Object.entries(extra)) {
    // What this login asks for, such as a prompt, wins over what is configured for all.
    if (!isOfFlow(provider, name) && !(name === 'resource' && resource.length > 0)) prepared[name] ??= value
  }
  Object.assign(prepared, options.params)
  if (provider.protocol === 'oidc' && prepared['prompt'] !== undefined)
    prepared['prompt'] = withPrompt(prepared['prompt'], offline?.['prompt'])
  const parameters = renamed(provider.hooks?.authorizationRequest?.({ ...prepared }) ?? prepared, provider.parameterNames)

  const [state, forNonce, forVerifier] = threeRandomTokens()
  const nonce = withNonce ? forNonce : undefined
  const codeVerifier = provider.pkce === false ? undefined : forVerifier
  const dpopKey = provider.dpop === true ? newDpopKey() : undefined
  return {
    parameters: withoutAbsent({
      ...parameters,
      state,
      nonce,
      ...(codeVerifier === undefined ? {} : challenge(codeVerifier, provider.pkceMethod)),
      // Binds the code too, and not only the tokens, to the key (RFC 9449 section 10).
      dpop_jkt: dpopKey === undefined ? undefined : dpopThumbprint(dpopKey),
    }),
    resource,
    state,
    checks: withoutAbsent({ nonce, codeVerifier, dpopKey }),
  }
}

/**
 * What is asked of the person, with what offline access wants beside it (OpenID Connect Core section 11). `none` can stand beside nothing
 * else (section 3.1.2.1); making an account is a consent.
 */
function withPrompt(asked: string, wanted = ''): string {
  const words = asked.split(' ')
  if (words.includes('none') || words.includes('create')) return asked
  return [...new Set([...words, ...wanted.split(' ').filter(Boolean)])].join(' ')
}

function challenge(codeVerifier: string, method: 'S256' | 'plain' = 'S256'): Record<string, string> {
  return { code_challenge: method === 'plain' ? codeVerifier : codeChallenge(codeVerifier), code_challenge_method: method }
}

/** The scopes of one login: the configured ones, those of offline access, and those that this login adds. */
export function requestedScope({ provider }: Pick<Context, 'provider'>, options: LoginOptions): string[] {
  const offline = provider.offline ? (provider.offlineAccess?.scope ?? []) : []
  return [...new Set([...provider.scope, ...offline, ...(options.scope ?? [])])]
}

/** A request as the form that it is sent as. */
export function requestForm({ parameters, resource }: Pick<AuthorizationRequest, 'parameters' | 'resource'>): URLSearchParams {
  return new URLSearchParams([...Object.entries(parameters), ...resource.map((uri): [string, string] => ['resource', uri])])
}

/**
 * The address of an authorization request. Spaces are `%20`: every server reads that, and some read `+` as a plus sign
 * (RFC 3986 section 3.4 against the form encoding of the URL Standard).
 */
export function authorizationAddress(endpoint: string, parameters: URLSearchParams | Record<string, string>): string {
  const url = new URL(endpoint)
  const asked = new URLSearchParams(parameters)
  // A plus sign of a value is %2B by now.
  url.search = (url.search === '' ? asked : replaced(url.search, asked)).toString().replaceAll('+', '%20')
  return url.href
}

/** A query with what is asked for in place of what it said of the same. */
function replaced(search: string, asked: URLSearchParams): URLSearchParams {
  // Beside the URL, which would be parsed anew at each change.
  const query = new URLSearchParams(search)
  for (const name of asked.keys()) query.delete(name)
  for (const [name, value] of asked) query.append(name, value)
  return query
}

function withoutAbsent(parameters: Record<string, string | undefined>): Record<string, string> {
  const present: Record<string, string> = {}
  for (const name of Object.keys(parameters)) {
    const value = parameters[name]
    if (value !== undefined) present[name] = value
  }
  return present
}
