import { asAuthError, AuthError } from '../../lib/base/errors.js'
import type { AuthUser } from '../../lib/model/user.js'
import { givesTokens } from '../../lib/protocols/index.js'
import { freshTokens } from '../../lib/refresh/freshTokens.js'
import { updateUser } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import { failureEvent } from '../core/logging.js'
import { contextOf, isHeaderAccount, presentRecord, type RequestContext, wholeRecord } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { tokenAccessOf } from '../tokens/tokenSource.js'

/**
 * Fetches the profile of the current account again, and keeps what has changed in the session and the user store. A provider that gives no
 * access to an API tells of users at a login only: the profile stays as it is.
 * @throws AuthError `login_required`; `user_mismatch` for a profile of somebody else; what a call of the provider's API throws
 */
export async function refreshUser(engine: Engine, request: RequestContext): Promise<AuthUser> {
  const known = presentRecord(engine, request)
  const registration = known && request.registrations.get(known.current)
  const account = known?.accounts[known.current]
  if (!known || !account || !registration) throw new AuthError('login_required', 'Sign in first.')
  // A header says it with each request.
  if (isHeaderAccount(request, known.current)) return account.user
  const key = known.current
  const context = contextOf(engine, registration, request.publicUrl)
  const { refreshedUser } = await import('../../lib/refreshedUser.js')
  const user = givesTokens(registration.provider)
    ? await refreshedUser(context, await freshTokens(context, tokenAccessOf(engine, request, context, key)), account.user)
    : account.user
  // The tokens may have been refreshed on the way, and somebody may have signed out.
  const record = presentRecord(engine, request)
  const held = record?.accounts[key]
  if (!record || !held) throw new AuthError('login_required', 'Sign in first.')
  const { userStore } = engine.settings
  if (userStore) request.user = await updateUser(userStore, record, user)
  request.record = { ...record, accounts: { ...record.accounts, [key]: { ...held, user, profileAt: engine.now() } } }
  await request.session.save(wholeRecord(request, request.record))
  return user
}

/** Milliseconds after which a profile that could not be fetched is tried again. */
const retryAfter = 300_000

/** Sessions whose profile is being fetched: the other requests of a browser go on with what there is. */
const underWay = new Set<string>()

/** Whether the profile of the current account is older than the application wants it. */
export function isProfileOld({ settings: { profileMaxAge }, now }: Engine, record: SessionRecord): boolean {
  if (profileMaxAge === false || underWay.has(record.salt)) return false
  return now() - (record.accounts[record.current]?.profileAt ?? record.createdAt) > profileMaxAge * 1000
}

/** Fetches such a profile. A provider that cannot be asked costs nobody their session. */
export async function refreshOldProfile(engine: Engine, request: RequestContext, record: SessionRecord): Promise<void> {
  const { settings, now, log } = engine
  underWay.add(record.salt)
  try {
    await refreshUser(engine, request)
  } catch (thrown) {
    const error = asAuthError(thrown, 'provider_error', 'The profile could not be fetched.')
    log('warn', { ...failureEvent('profile_not_refreshed', error), provider: record.accounts[record.current]?.user.provider })
    await postpone(request, now() - (settings.profileMaxAge || 0) * 1000 + retryAfter).catch(() => undefined)
  } finally {
    underWay.delete(record.salt)
  }
}

async function postpone(request: RequestContext, profileAt: number): Promise<void> {
  const { record } = request
  const account = record?.accounts[record.current]
  if (!record || !account) return
  request.record = { ...record, accounts: { ...record.accounts, [record.current]: { ...account, profileAt } } }
  await request.session.save(wholeRecord(request, request.record))
}
