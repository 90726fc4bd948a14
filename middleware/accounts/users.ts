import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import type { AuthUser } from '../../lib/model/user.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { UserId, UserStore } from '../../lib/stores/userStore.js'
import type { Engine } from '../core/engine.js'
import type { SessionRecord } from '../core/sessionRecord.js'

/** A user of the application. */
export interface StoredUser {
  id: UserId
  row: object
}

/** The user whom a login found before anything was changed. */
export interface FoundUser extends StoredUser {
  /** Whether it was by an address that the provider vouches for: the account is to be added then. */
  byEmail: boolean
}

/**
 * The user whose account this is, or whose verified address the provider vouches for where the application trusts it with that.
 * @throws AuthError `store_unavailable`
 */
export async function findUser({ settings }: Engine, store: UserStore, user: AuthUser): Promise<FoundUser | undefined> {
  const known = stored(await callStore(() => store.findByKey(user.key)))
  if (known) return { ...known, byEmail: false }
  const { email, emailVerified, provider } = user
  if (email === undefined || emailVerified !== true || !settings.linkByVerifiedEmail.includes(provider)) return undefined
  const owner = stored(await callStore(() => store.findByEmail?.(email)))
  return owner && { ...owner, byEmail: true }
}

/**
 * Keeps a login in the user store: a new user, the profile of a known one, or one more account of theirs.
 * @throws AuthError `store_unavailable`; `link_conflict` where another login gave the account to somebody else meanwhile
 */
export async function keepUser(store: UserStore, user: AuthUser, found: FoundUser | undefined): Promise<StoredUser> {
  if (found?.byEmail && !(await callStore(() => store.link(found.id, user)))) throw linkConflict(user)
  const updated = found && stored(await callStore(() => store.update(found.id, user)))
  const kept = updated ?? stored(await callStore(() => store.create(user)))
  if (!kept) throw new AuthError('store_unavailable', 'The user store gave no row of the user that it was to create.')
  return kept
}

/**
 * The application's row of the signed-in user; `undefined` for one who has been deleted.
 * @throws AuthError `store_unavailable`
 */
export async function userOfSession(store: UserStore, { userId }: SessionRecord): Promise<object | undefined> {
  return userId === undefined ? undefined : stored(await callStore(() => store.findById(userId)))?.row
}

/**
 * Keeps a profile that was fetched again.
 * @returns the row as it is now; `undefined` for a user who has been deleted
 * @throws AuthError `store_unavailable`
 */
export async function updateUser(store: UserStore, { userId }: SessionRecord, user: AuthUser): Promise<object | undefined> {
  return userId === undefined ? undefined : stored(await callStore(() => store.update(userId, user)))?.row
}

/**
 * Gives the signed-in user one more account.
 * @param onTakenBack what is to happen besides, when the account is the user's no longer
 * @returns what takes it back, where the session cannot have it after all
 * @throws AuthError `link_conflict`, `store_unavailable`
 */
export async function addToUser(
  store: UserStore,
  { userId }: SessionRecord,
  account: AuthUser,
  onTakenBack: (userId: UserId) => Promise<void>,
): Promise<() => Promise<void>> {
  const held = stored(await callStore(() => store.findByKey(account.key)))
  if (userId === undefined || !(await callStore(() => store.link(userId, account)))) throw linkConflict(account)
  return async () => {
    if (held) return
    await callStore(() => store.unlink(userId, account.key))
    await onTakenBack(userId)
  }
}

/**
 * Takes an account from a user, who must have another one to sign in with.
 * @throws AuthError `last_method`, `store_unavailable`
 */
export async function takeFromUser(store: UserStore, userId: UserId, account: AuthUser): Promise<void> {
  const others = async (): Promise<number> => (await callStore(() => store.listKeys(userId))).filter((key) => key !== account.key).length
  if ((await others()) === 0) throw lastMethod()
  await callStore(() => store.unlink(userId, account.key))
  if ((await others()) > 0) return
  // Another request has taken the other one at the same moment: somebody has to give way.
  await callStore(() => store.link(userId, account))
  throw lastMethod()
}

export function lastMethod(): AuthError {
  return new AuthError('last_method', 'This is the only account that you can sign in with. Add another one first, or sign out.')
}

/**
 * The keys of a user's accounts.
 * @returns `undefined` where there is no such user
 * @throws AuthError `store_unavailable`
 */
export async function keysOf(store: UserStore, userId: UserId): Promise<readonly string[] | undefined> {
  return stored(await callStore(() => store.findById(userId))) && (await callStore(() => store.listKeys(userId)))
}

/**
 * Whether an account is a user's, by the account: a list of a user's keys may be older than its last move.
 * @throws AuthError `store_unavailable`
 */
export async function isAccountOf(store: UserStore, key: string, userId: UserId): Promise<boolean> {
  return isSameUser(stored(await callStore(() => store.findByKey(key)))?.id, userId)
}

/** All keys of the user of these accounts; these alone where there is no user store, or no such user. */
export async function keysOfUser({ settings: { userStore } }: Engine, keys: readonly string[]): Promise<readonly string[]> {
  if (!userStore) return keys
  const users = await Promise.all(keys.map(async (key) => stored(await callStore(() => userStore.findByKey(key)))))
  const ids = [...new Set(users.flatMap((user) => (user ? [user.id] : [])))]
  const lists = await Promise.all(ids.map((id) => callStore(() => userStore.listKeys(id))))
  return [...new Set([...keys, ...lists.flat()])]
}

export function isSameUser(one: UserId | undefined, other: UserId): boolean {
  return one !== undefined && String(one) === String(other)
}

function linkConflict({ provider }: AuthUser): AuthError {
  return new AuthError('link_conflict', 'This account belongs to another user here. Sign in with it, or remove it there first.', {
    provider,
  })
}

/** A row as a store gives it; `undefined` for none. */
function stored(row: unknown): StoredUser | undefined {
  if (row === undefined || row === null) return undefined
  const id: unknown = isObject(row) ? row['id'] : undefined
  if (!isObject(row) || (typeof id !== 'string' && typeof id !== 'number'))
    throw new AuthError('store_unavailable', 'The user store gave a row without an id: it has to be a string or a number.')
  return { id, row }
}
