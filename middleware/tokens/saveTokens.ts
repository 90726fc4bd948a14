import type { Context } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { callHook } from '../core/hooks.js'
import { addressDigest } from '../http/publicUrl.js'
import type { Account } from '../core/sessionRecord.js'
import type { RequestContext } from '../core/requestContext.js'
import { newSessionTokenRecordName, newTokenRecordName, tokenRecordAt } from './records.js'
import { saveUserTokens } from './userTokens.js'

export interface SavedAccount {
  /** The account as the session keeps it. */
  account: Account
  /** With what is kept of earlier ones. */
  tokens: Tokens | undefined
}

/**
 * Puts the tokens of a login where the configuration wants them.
 * @param tokens `undefined` where the provider only says who somebody is
 * @param userId of the application's user
 * @throws AuthError `store_unavailable`, or `hook_failed` when the application could not take them
 */
export async function saveTokens(
  engine: Engine,
  { host, publicUrl }: RequestContext,
  context: Context,
  user: AuthUser,
  tokens: Tokens | undefined,
  userId?: UserId,
): Promise<SavedAccount> {
  const { settings } = engine
  const { slug } = context
  const { onTokens } = settings.hooks
  if (onTokens && tokens) await callHook('onTokens', () => onTokens({ slug, user, tokens, previous: undefined }))
  const account: Account = {
    user,
    binding: bindingOf(context),
    ...(context.fromLookup ? { publicUrl: addressDigest(publicUrl) } : {}),
    ...(context.chosen ? { parameters: context.chosen } : {}),
  }
  if (settings.fetchToken) return { account: tokens?.facts ? { ...account, facts: tokens.facts } : account, tokens }
  if (!settings.tokenStore) {
    const beside = host.tokenRecords() ? { sessionTokenRecord: newSessionTokenRecordName(engine) } : {}
    return { account: tokens ? { ...account, tokens, ...beside } : account, tokens }
  }
  const isUsers = settings.keepTokens === 'user' && userId !== undefined
  const key = newTokenRecordName(engine)
  // Also without tokens: a record that has gone is how other copies of the session learn of a sign-out.
  await tokenRecordAt(engine, context, key)?.put(isUsers ? undefined : tokens)
  const saved: Account = { ...account, tokenRecord: key }
  if (!isUsers) return { account: saved, tokens }
  return { account: { ...saved, keptBy: 'user' }, tokens: await saveUserTokens(engine, context, saved, userId, tokens) }
}
