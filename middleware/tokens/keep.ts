import type { AuthUser, Tokens } from '../../lib/types.js'
import type { Engine } from '../engine.js'
import { fromHook } from '../hooks.js'
import type { Request } from '../http.js'
import type { Account } from '../session.js'
import { newNameBeside, newVaultKey, vaultAt } from './places.js'
import { sessionStoreOf } from './sessionStore.js'

/**
 * Puts the tokens of a login where the configuration wants them.
 * @returns the account as the session keeps it
 * @throws AuthError `store_unavailable`, or `hook_failed` when the application could not take them
 */
export async function keepTokens(engine: Engine, req: Request, slug: string, user: AuthUser, tokens: Tokens): Promise<Account> {
  const { settings } = engine
  const { onTokens } = settings.hooks
  if (onTokens) await fromHook('onTokens', () => onTokens({ slug, user, tokens, previous: undefined }))
  if (settings.fetchToken) return { user }
  if (!settings.tokenStore) return { user, tokens, ...(sessionStoreOf(req) ? { beside: newNameBeside(engine) } : {}) }
  const key = newVaultKey(engine)
  await vaultAt(engine, key)?.put(tokens)
  return { user, vault: key }
}
