import { readPath } from '../base/path.js'
import type { Registration } from '../model/context.js'
import type { RawProfile } from '../model/profile.js'
import type { TokenSet } from '../model/protocol.js'
import type { ProviderFact } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'
import { declaredFacts, readFact } from '../tokens/facts.js'

/**
 * Tokens with what came along of the connection, as the entry's `facts` name it.
 *
 * @param raw the profile; absent for a refresh, which fetches none
 * @param previous the tokens that were refreshed: what the answer leaves out stays
 * @throws AuthError `provider_bad_response` for a fact that names a host which the entry does not list
 */
export function withFacts(
  context: Pick<Registration, 'provider' | 'slug'>,
  tokens: Tokens,
  { response, callback, claims }: Pick<TokenSet, 'response' | 'callback' | 'claims'>,
  { raw, previous }: { raw?: RawProfile; previous?: Tokens | undefined } = {},
): Tokens {
  if (context.provider.facts === undefined) return tokens
  const answers: Record<Required<ProviderFact>['from'], unknown> = { token: response, callback, id_token: claims, userinfo: raw }
  const told = declaredFacts(context.provider).flatMap(([name, fact]) => {
    const value = readFact(context, name, fact, readPath(answers[fact.from ?? 'token'], fact.path))
    return value === undefined ? [] : [[name, value] as const]
  })
  const facts = { ...previous?.facts, ...Object.fromEntries(told) }
  return Object.keys(facts).length === 0 ? tokens : { ...tokens, facts }
}
