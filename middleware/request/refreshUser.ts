import { AuthError } from '../../lib/base/errors.js'
import type { AuthUser } from '../../lib/model/user.js'
import { refreshedUser } from '../../lib/refreshedUser.js'
import { freshTokens } from '../../lib/refresh/freshTokens.js'
import { updateUser } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import { contextOf, presentRecord, type RequestContext } from '../core/requestContext.js'
import { tokenAccessOf } from '../tokens/tokenSource.js'

/**
 * Fetches the profile of the current account again, and keeps what has changed in the session and the user store.
 * @throws AuthError `login_required`; `user_mismatch` for a profile of somebody else; what a call of the provider's API throws
 */
export async function refreshUser(engine: Engine, request: RequestContext): Promise<AuthUser> {
  const known = presentRecord(engine, request)
  const registration = known && request.registrations.get(known.current)
  const account = known?.accounts[known.current]
  if (!known || !account || !registration) throw new AuthError('login_required', 'Sign in first.')
  const key = known.current
  const context = contextOf(engine, registration, request.publicUrl)
  const tokens = await freshTokens(context, tokenAccessOf(engine, request, context, key))
  const user = await refreshedUser(context, tokens, account.user)
  // The tokens may have been refreshed on the way, and somebody may have signed out.
  const record = presentRecord(engine, request)
  const held = record?.accounts[key]
  if (!record || !held) throw new AuthError('login_required', 'Sign in first.')
  const { userStore } = engine.settings
  if (userStore) request.user = await updateUser(userStore, record, user)
  request.record = { ...record, accounts: { ...record.accounts, [key]: { ...held, user } } }
  await request.session.save(request.record)
  return user
}
