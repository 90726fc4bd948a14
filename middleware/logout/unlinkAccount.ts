import { AuthError } from '../../lib/base/errors.js'
import { randomToken } from '../../lib/base/random.js'
import { withoutAccount } from '../accounts/accounts.js'
import { lastMethod, takeFromUser } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import { tellOfUnlink } from '../core/events.js'
import { contextOf, refuseHeaderAccount, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { lastingRecord } from '../sessions/endedMarks.js'
import { continueSession } from '../sessions/replaceSession.js'
import { endAccess, removeTokens } from '../tokens/removeTokens.js'
import { endUserAccess } from '../tokens/userTokens.js'
import { endSession } from './endSession.js'

/**
 * Takes one account from the signed-in user, with its tokens.
 * @param key of the account
 * @throws AuthError `not_linked` for an account that is not there; `last_method` for the only one; `bad_request` for that of a header;
 * `store_unavailable`
 */
export async function unlinkAccount(engine: Engine, request: RequestContext, key: string): Promise<void> {
  refuseHeaderAccount(request, key)
  const { userStore } = engine.settings
  const record = await lastingRecord(engine, request)
  const account = record?.accounts[key]?.user
  const user = record?.accounts[record.current]?.user
  if (!record || !user || !account) throw new AuthError('not_linked', 'There is no such account to remove.')
  const registration = request.registrations.get(key)
  if (userStore && record.userId !== undefined) await takeFromUser(userStore, record.userId, account)
  else if (!recordWithout(record, key)) throw lastMethod()
  try {
    await leaveAccount(engine, request, key)
  } finally {
    // Whatever this session holds of it: another one may have been signed in since tokens belong to users.
    if (record.userId !== undefined)
      await endUserAccess(engine, key, record.userId, registration && contextOf(engine, registration, request.publicUrl))
  }
  await tellOfUnlink(engine, request.host, user, account)
}

/**
 * Takes one account out of the session. The session goes on with the others under a new id, because a copy of the old one still has the
 * account; without others it ends.
 * @throws AuthError `bad_request` for the account of a header; `store_unavailable`
 */
export async function leaveAccount(engine: Engine, request: RequestContext, key: string): Promise<void> {
  refuseHeaderAccount(request, key)
  const record = await lastingRecord(engine, request)
  const account = record?.accounts[key]
  if (!record || !account) return
  const next = recordWithout(record, key)
  if (!next) {
    await endSession(engine, request)
    return
  }
  const { tokens } = request
  await continueSession(engine, request, next, record)
  const left = { ...record, accounts: { [key]: account } }
  const [removal] = await Promise.allSettled([removeTokens(engine, request.host, left)])
  endAccess(engine, request, left)
  request.tokens = new Map([...tokens].filter(([other]) => other !== key))
  // Told last: it is out of this session, and a copy of the former one may still have it.
  if (removal.status === 'rejected') throw removal.reason
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
