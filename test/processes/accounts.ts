import { randomToken } from '../../lib/base/random.js'
import { createSealer } from '../../lib/base/seal.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import { sealCredentials } from '../../lib/tokens/sealedCredentials.js'
import { sealedTokenRecord, type SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import type { Family, FamilyOptions, RotationProvider } from '../support/rotationProvider.js'
import { partyOf, secret, slug } from './application.js'

/** An account whose tokens are in a store, as after a sign-in. */
export interface Account {
  family: Family
  /** Credentials that any process of the application opens. */
  sealed: string
  vault: SealedTokenRecord
}

const sealer = createSealer([secret], 'authrouter')

/** Signs somebody in, without the ceremony. */
export async function newAccount(provider: RotationProvider, store: TokenStore, options: FamilyOptions = {}): Promise<Account> {
  const family = provider.newFamily(options)
  const key = `authrouter:authrouter:tokens:${randomToken(16)}`
  const party = partyOf(provider)
  const vault = sealedTokenRecord({ store, sealer, key, party, ttl: 3600, now: () => Date.now() })
  await vault.put(family.tokens)
  return { family, vault, sealed: sealCredentials(sealer, { slug, binding: bindingOf(party), tokens: family.tokens, recordName: key }) }
}
