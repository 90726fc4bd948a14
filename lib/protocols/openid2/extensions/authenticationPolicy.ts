import type { Context } from '../../../model/context.js'
import type { LoginOptions, Transaction } from '../../../model/login.js'
import type { RawProfile } from '../../../model/profile.js'
import { defaultTolerance, invalid } from '../invalid.js'
import type { Fields } from '../message.js'
import { instantOf } from '../nonce.js'
import { extensionFields } from './extension.js'

const namespace = 'http://specs.openid.net/extensions/pape/1.0'
const none = 'http://schemas.openid.net/pape/policies/2007/06/none'

/** What a login asks about how, and how lately, the user signed in at the provider. */
export function wantedPolicies({ provider }: Context, options: LoginOptions): { maxAge: number | undefined; policies: readonly string[] } {
  return { maxAge: options.maxAge ?? provider.maxAge, policies: options.acrValues ?? provider.acrValues ?? [] }
}

/** Fields of a request (OpenID Provider Authentication Policy Extension 1.0 section 5.1). */
export function policyRequest({ maxAge, policies }: ReturnType<typeof wantedPolicies>): Record<string, string> {
  if (maxAge === undefined && policies.length === 0) return {}
  return {
    'ns.pape': namespace,
    'pape.preferred_auth_policies': policies.join(' '),
    ...(maxAge === undefined ? {} : { 'pape.max_auth_age': String(maxAge) }),
  }
}

/**
 * What an answer says of it (section 5.2), as the claims of OpenID Connect: `auth_time`, and as `acr` the first policy that was asked for,
 * or else the first that is named.
 * @throws AuthError `assertion_invalid` where the user was to have signed in lately, and the answer does not say so
 */
export function policyClaims({ slug, provider, now }: Context, { maxAge, own = {} }: Transaction, signed: Fields): RawProfile {
  const fields = extensionFields(signed, [namespace])
  const time = instantOf(fields.get('auth_time') ?? '')
  const seconds = now() / 1000
  const tolerance = provider.clockTolerance ?? defaultTolerance
  const isYoung = time !== undefined && seconds - time <= (maxAge ?? Infinity) + tolerance && time - seconds <= tolerance
  if (maxAge !== undefined && !isYoung) throw invalid(slug, 'auth_time')
  const met = (fields.get('auth_policies') ?? '').split(' ').filter((policy) => policy !== '' && policy !== none)
  const wanted = (own['policies'] ?? '').split(' ')
  const acr = wanted.find((policy) => met.includes(policy)) ?? met[0]
  return { ...(isYoung ? { auth_time: time } : {}), ...(acr === undefined ? {} : { acr }) }
}
