import type { LoginResult } from '../../lib/callback.js'
import type { Context } from '../../lib/model/context.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { presentRecord, type RequestContext } from '../core/requestContext.js'
import { tokenRecordOf } from './records.js'

/**
 * The result of a login with the refresh token that its account had before, where the provider gave no new one: many give one at the first
 * consent only, and what was granted stays granted.
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
  if (!tokens || tokens.refreshToken !== undefined || !account || !former?.refreshToken || !isBoundTo(account.binding, context))
    return result
  // A refresh, here or in another process, may have replaced it while the user was at the provider.
  const tokenRecord = tokenRecordOf(engine, request.host, context, account)
  const settled = await engine.refresher.settled(context, former, tokenRecord)
  const { refreshToken } = (await tokenRecord?.read())?.tokens ?? settled
  return refreshToken === undefined ? result : { ...result, tokens: { ...tokens, refreshToken } }
}
