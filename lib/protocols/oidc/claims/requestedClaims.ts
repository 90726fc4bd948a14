import { isObject, member, readJson } from '../../../base/json.js'
import type { ResolvedProvider } from '../../../model/provider.js'

/**
 * The classes of authentication one of which an authorization request demands, in its parameter `claims` (OpenID Connect Core section 5.5):
 * `{ "id_token": { "acr": { "essential": true, "values": [...] } } }`. What `acr_values` asks for is a wish, and the answer may be another.
 *
 * @param provider whose `claims` say so, or its `authorizationParams` in their place
 * @returns an empty list for any class at all; `undefined` where none is demanded
 */
export function demandedClasses({
  claims,
  authorizationParams = {},
}: Pick<ResolvedProvider, 'claims' | 'authorizationParams'>): readonly unknown[] | undefined {
  const asked = authorizationParams['claims']
  const acr = member(member(claims ?? (asked === undefined ? undefined : readJson(asked)), 'id_token'), 'acr')
  if (!isObject(acr) || acr['essential'] !== true) return undefined
  if (Array.isArray(acr['values'])) return acr['values'] as unknown[]
  return acr['value'] === undefined ? [] : [acr['value']]
}
