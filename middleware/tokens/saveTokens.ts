import type { Context } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { callHook } from '../core/hooks.js'
import { addressDigest } from '../http/publicUrl.js'
import type { Account } from '../core/sessionRecord.js'
import type { RequestContext } from '../core/requestContext.js'
import { newSessionTokenRecordName, newTokenRecordName, tokenRecordAt } from './records.js'

/**
 * Puts the tokens of a login where the configuration wants them.
 * @param tokens `undefined` where the provider only says who somebody is
 * @returns the account as the session keeps it
 * @throws AuthError `store_unavailable`, or `hook_failed` when the application could not take them
 */
export async function saveTokens(
  engine: Engine,
  { host, publicUrl }: RequestContext,
  context: Context,
  user: AuthUser,
  tokens: Tokens | undefined,
): Promise<Account> {
  const { settings } = engine
  const { slug } = context
  const { onTokens } = settings.hooks
  if (onTokens && tokens) await callHook('onTokens', () => onTokens({ slug, user, tokens, previous: undefined }))
  const account = {
    user,
    binding: bindingOf(context),
    ...(context.fromLookup ? { publicUrl: addressDigest(publicUrl) } : {}),
    ...(context.chosen ? { parameters: context.chosen } : {}),
  }
  if (settings.fetchToken) return tokens?.facts ? { ...account, facts: tokens.facts } : account
  if (!settings.tokenStore)
    return tokens
      ? { ...account, tokens, ...(host.tokenRecords() ? { sessionTokenRecord: newSessionTokenRecordName(engine) } : {}) }
      : account
  const key = newTokenRecordName(engine)
  // Also without tokens: a record that has gone is how other copies of the session learn of a sign-out.
  await tokenRecordAt(engine, context, key)?.put(tokens)
  return { ...account, tokenRecord: key }
}
