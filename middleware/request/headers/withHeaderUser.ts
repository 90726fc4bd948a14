import type { Awaitable } from '../../../lib/base/awaitable.js'
import { isSameUser, userOfSession } from '../../accounts/users.js'
import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import type { SessionRecord } from '../../core/sessionRecord.js'

/**
 * Whether a session does not count for a request, because of the header that came with it: one that somebody else began, or nobody knows
 * whether. What the user of the header has begun is theirs by the account, by whom it is bound to, and by the application's user.
 */
export function isSetAside({ headerUser, doubt }: RequestContext, stored: SessionRecord): boolean {
  if (!headerUser) return doubt !== undefined
  const { loginKey: key, accounts, userId } = headerUser.record
  const isTheirs = stored.loginKey === key && stored.accounts[key]?.binding === accounts[key]?.binding
  return !isTheirs || (userId !== undefined && !isSameUser(stored.userId, userId))
}

/**
 * Signs the user of a header in without a session; nobody, where the request has none or the application has deleted the user.
 * @param setAside the session that came and does not count
 * @throws AuthError `store_unavailable`
 */
export function headerUserAlone<Request extends RequestContext>(
  { settings: { userStore } }: Engine,
  request: Request,
  setAside?: SessionRecord,
): Awaitable<Request> {
  const { headerUser } = request
  if (setAside) {
    request.stored = undefined
    request.setAside = setAside
  }
  if (!headerUser) return request
  const { record, registrations } = headerUser
  const signIn = (): Request => Object.assign(request, { record, registrations })
  if (!userStore) return signIn()
  return userOfSession(userStore, record).then((row) => {
    request.user = row
    return row ? signIn() : request
  })
}

/** A session's record with the account of the header as the header says it now. */
export function withHeaderAccount({ headerUser }: RequestContext, record: SessionRecord): SessionRecord {
  const user = headerUser?.record.accounts[headerUser.record.loginKey]?.user
  const held = user && record.accounts[user.key]
  return held ? { ...record, accounts: { ...record.accounts, [user.key]: { ...held, user } } } : record
}
