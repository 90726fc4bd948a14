import { AuthError } from '../../lib/base/errors.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { UserId } from '../../lib/stores/userStore.js'
import type { Engine } from '../core/engine.js'
import { tellOfForgottenUser } from '../core/events.js'
import { endEverywhere } from '../sessions/userSessions.js'
import { endUserAccess } from '../tokens/userTokens.js'

/**
 * Deletes a user, ends all their sessions and revokes their tokens.
 * @throws AuthError `config_invalid` without a user store and a token store; `store_unavailable`
 */
export async function forgetUser(engine: Engine, userId: UserId): Promise<void> {
  const { userStore } = engine.settings
  if (!userStore) throw new AuthError('config_invalid', 'auth.forget needs the option userStore.')
  const keys = await callStore(() => userStore.listKeys(userId))
  await endEverywhere(engine, keys)
  await Promise.all(keys.map((key) => endUserAccess(engine, key, userId)))
  const all = [...new Set([...keys, ...(await callStore(() => userStore.listKeys(userId)))])]
  await callStore(() => userStore.remove(userId))
  // Of a sign-in that came in between: it looks for its user when it has saved its tokens.
  await Promise.all(all.map((key) => endUserAccess(engine, key, userId)))
  tellOfForgottenUser(engine, all)
}
