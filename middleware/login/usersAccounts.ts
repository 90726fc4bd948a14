import { AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { isAccountOf, keysOf } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import type { Account, LoadedTokens, SessionRecord } from '../core/sessionRecord.js'
import { newTokenRecordName, tokenRecordAt, userRecordName } from '../tokens/records.js'
import { entryOf, isEntryOf } from '../tokens/registrations.js'
import { giveTo, openUserAccount } from '../tokens/userTokens.js'

/** Accounts that a sign-in brings along at most: each costs a look into the store at every request. */
const maxAccounts = 20

interface KnownAccount {
  account: Account
  registration: Registration
  tokens: Tokens | undefined
}

/**
 * With `keepTokens: 'user'` a sign-in brings all accounts of the user along, with their tokens.
 * @param login what the session is to remember so far
 * @returns the record with them, as far as its session has room, and the tokens of those that were added
 * @throws AuthError `store_unavailable`
 */
export async function withUsersAccounts(
  engine: Engine,
  request: RequestContext,
  login: SessionRecord,
): Promise<{ record: SessionRecord; found: [string, LoadedTokens][] }> {
  const { keepTokens, userStore } = engine.settings
  const { userId, accounts } = login
  if (keepTokens !== 'user' || !userStore || userId === undefined) return { record: login, found: [] }
  const keys = ((await keysOf(userStore, userId)) ?? []).filter((key) => !Object.hasOwn(accounts, key))
  const known = await Promise.all(keys.map((key) => accountOf(engine, request, key, userId)))
  const latestFirst = known.filter((account) => account !== undefined).sort((one, other) => loggedInAt(other) - loggedInAt(one))
  const added: KnownAccount[] = []
  for (const candidate of latestFirst.slice(0, maxAccounts)) {
    if (!hasRoom(request, withAccounts(login, [...added, candidate]))) break
    added.push(candidate)
  }
  if (added.length < latestFirst.length)
    engine.log('warn', { event: 'accounts_left_out', reason: 'the session has no room for all of them' })
  // Only now: what is left out leaves no record behind.
  await Promise.all(added.map(async ({ account, registration }) => markAt(engine, registration, account)?.put(undefined)))
  request.registrations = new Map([...request.registrations, ...byKey(added, ({ registration }) => registration)])
  return { record: withAccounts(login, added), found: byKey(added, ({ tokens }) => ({ tokens })) }
}

/** An account that is kept for the user, if its entry is still here; others cost nobody their login. */
async function accountOf(engine: Engine, request: RequestContext, key: string, userId: UserId): Promise<KnownAccount | undefined> {
  const opened = await openUserAccount(engine, userRecordName(engine, key))
  if (!opened) return undefined
  const { account, tokens } = opened
  const registration = await entryAt(engine, request, account)
  if (!registration || !isEntryOf(registration, account, request.publicUrl)) return undefined
  if (opened.userId !== String(userId)) {
    // The user store has the last word on whose an account is.
    const { userStore } = engine.settings
    if (!userStore || !(await isAccountOf(userStore, key, userId)) || !(await giveTo(engine, registration, opened, userId)))
      return undefined
  }
  return { account: { ...account, tokenRecord: newTokenRecordName(engine) }, registration, tokens }
}

async function entryAt(engine: Engine, { host }: RequestContext, account: Account): Promise<Registration | undefined> {
  try {
    return await entryOf(engine, account, host)
  } catch {
    return undefined
  }
}

/** The record that tells a copy of the session whether it is still there. */
function markAt(engine: Engine, registration: Registration, { tokenRecord }: Account): ReturnType<typeof tokenRecordAt> {
  return tokenRecord === undefined ? undefined : tokenRecordAt(engine, registration, tokenRecord)
}

function hasRoom({ session }: RequestContext, record: SessionRecord): boolean {
  try {
    session.requireRoom?.(record)
    return true
  } catch (error) {
    if (error instanceof AuthError && error.code === 'too_large') return false
    throw error
  }
}

/** The accounts of a login come last, as its own is the latest. */
function withAccounts(login: SessionRecord, added: readonly KnownAccount[]): SessionRecord {
  const accounts = Object.fromEntries(byKey([...added].reverse(), ({ account }) => account))
  return { ...login, accounts: { ...accounts, ...login.accounts } }
}

function byKey<T>(known: readonly KnownAccount[], value: (one: KnownAccount) => T): [string, T][] {
  return known.map((one) => [one.account.user.key, value(one)])
}

function loggedInAt({ account }: KnownAccount): number {
  return Date.parse(account.user.loggedInAt) || 0
}
