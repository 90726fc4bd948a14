import { randomToken, sha256 } from './base/random.js'
import type { Context } from './model/context.js'
import type { Authorization, LoginOptions, Transaction } from './model/login.js'
import type { ResolvedProvider } from './model/provider.js'
import { requestedScope } from './protocols/authorizationRequest.js'
import { loadProtocol } from './protocols/index.js'
import { checkLoginParams } from './protocols/loginParams.js'

export interface LoginStart {
  /** Where to send the browser. */
  location: string
  /** What the browser posts there; without it, it is redirected. */
  form?: Authorization['form']
  /** What must be remembered until it comes back. */
  transaction: Transaction
}

/**
 * Phase 1 of a login: asks the protocol where to send the browser and gives back what must be remembered until it returns.
 *
 * @param options `returnTo` must have passed rule R1 already
 * @throws AuthError `config_invalid` for `params` that the flow sets itself; `discovery_failed`, `provider_bad_response`, `provider_timeout`
 */
export async function login(context: Context, options: LoginOptions = {}): Promise<LoginStart> {
  if (options.params) checkLoginParams(context, options.params)
  const protocol = await loadProtocol(context.provider)
  const { location, form, state, checks } = await protocol.authorize(context, options)
  const maxAge = options.maxAge ?? context.provider.maxAge
  return {
    location,
    ...(form ? { form } : {}),
    transaction: {
      slug: context.slug,
      id: randomToken(16),
      stateHash: sha256(state),
      target: targetOf(context),
      createdAt: context.now(),
      scope: requestedScope(context, options),
      ...(options.returnTo === undefined ? {} : { returnTo: options.returnTo }),
      ...(maxAge === undefined ? {} : { maxAge }),
      ...(context.chosen === undefined ? {} : { parameters: context.chosen }),
      ...(isSilent(context, options) ? { silent: true } : {}),
      ...(options.remember === undefined ? {} : { remember: options.remember }),
      ...(options.state === undefined ? {} : { state: options.state }),
      ...checks,
    },
  }
}

/** Whether the provider is to ask the user nothing (OpenID Connect Core section 3.1.2.1). */
function isSilent({ provider }: Context, { prompt }: LoginOptions): boolean {
  return (prompt ?? provider.authorizationParams?.['prompt']) === 'none'
}

const endpointNames = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'userinfoEndpoint',
  'requestTokenEndpoint',
  'accessTokenEndpoint',
  'identifier',
] as const satisfies (keyof ResolvedProvider)[]

/** A digest of whom a login talks to, as whom, and where the browser comes back: it must be the same when it does. */
export function targetOf({ provider, client, redirectUri }: Pick<Context, 'provider' | 'client' | 'redirectUri'>): string {
  return sha256(JSON.stringify([provider.protocol, client.clientId, redirectUri, ...endpointNames.map((name) => provider[name] ?? null)]))
}
