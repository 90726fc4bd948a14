import type { LoginResult } from '../../lib/callback.js'
import { clientAuthMethod } from '../../lib/endpoints/clientAuthentication.js'
import type { Context } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import { isBoundTo, type Party } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { presentRecord, type RequestContext } from '../core/requestContext.js'
import { tokenRecordOf } from './records.js'

/**
 * The result of a login with the refresh token that its account had before, where the provider gave no new one: many give one at the first
 * consent only, and what was granted stays granted. Tokens that belong to the user are kept by `saveUserTokens`.
 */
export async function keepRefreshToken(
  engine: Engine,
  request: RequestContext,
  context: Context,
  result: LoginResult,
): Promise<LoginResult> {
  const { user, tokens } = result
  const account = presentRecord(engine, request)?.accounts[user.key]
  const former = request.tokens.get(user.key)?.tokens
  if (!tokens || tokens.refreshToken !== undefined || !account || account.keptBy === 'user' || !isBoundTo(account.binding, context))
    return result
  if (!former?.refreshToken || former.reauthRequired || !outlivesKey(context, former)) return result
  // A refresh, here or in another process, may have replaced it while the user was at the provider.
  const tokenRecord = tokenRecordOf(engine, request.host, context, account)
  const settled = await engine.refresher.settled(context, former, tokenRecord)
  const { refreshToken } = (await tokenRecord?.read())?.tokens ?? settled
  return refreshToken === undefined ? result : { ...result, tokens: { ...tokens, refreshToken } }
}

/** Whether a refresh token is good for other tokens than those it came with: one of a public client is bound to their key (RFC 9449 section 5). */
export function outlivesKey({ provider, client }: Party, { dpopKey }: Tokens): boolean {
  return dpopKey === undefined || clientAuthMethod(provider, client) !== 'none'
}
