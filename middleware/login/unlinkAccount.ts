import { AuthError } from '../../lib/base/errors.js'
import { randomToken } from '../../lib/base/random.js'
import { withoutAccount } from '../accounts/accounts.js'
import type { Engine } from '../core/engine.js'
import { tellOfUnlink } from '../core/events.js'
import { presentRecord, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { replaceSession } from '../sessions/replaceSession.js'
import { endAccess } from '../tokens/removeTokens.js'

/**
 * Takes one account out of the session, with its tokens. The session goes on with the others under a new id, because a copy of the old
 * one still has the account.
 * @param key of the account
 * @throws AuthError `not_linked` for an account that is not there, `last_method` for the only one, `store_unavailable`
 */
export async function unlinkAccount(engine: Engine, request: RequestContext, key: string): Promise<void> {
  const record = presentRecord(engine, request)
  const account = record?.accounts[key]
  const user = record?.accounts[record.current]?.user
  if (!record || !user || !account) throw new AuthError('not_linked', 'There is no such account to remove.')
  const next = recordWithout(record, key)
  if (!next) throw new AuthError('last_method', 'This is the only account that you can sign in with. Add another one first, or sign out.')
  await replaceSession(engine, request, next, record)
  endAccess(engine, request, { ...record, accounts: { [key]: account } })
  request.tokens.delete(key)
  await tellOfUnlink(engine, request.host, user, account.user)
}

/** The session without one of its accounts: the latest of the others takes its part. */
function recordWithout(record: SessionRecord, key: string): SessionRecord | undefined {
  const accounts = withoutAccount(record.accounts, key)
  const latest = Object.keys(accounts).at(-1)
  if (latest === undefined) return undefined
  return {
    ...record,
    salt: randomToken(16),
    accounts,
    current: record.current === key ? latest : record.current,
    loginKey: record.loginKey === key ? latest : record.loginKey,
  }
}
