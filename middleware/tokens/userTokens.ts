import { isObject, textsOf } from '../../lib/base/json.js'
import type { Context, Registration } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import { whileLocked } from '../../lib/refresh/sharedRefresh.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import { endRecord, type OpenedRecord, openRecord, type SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import type { RefreshParts } from '../../lib/tokens/tokenSource.js'
import { readTokens } from '../../lib/tokens/tokens.js'
import type { Engine } from '../core/engine.js'
import { tellOfRefusal } from '../core/events.js'
import { configuredUrl, contextOf } from '../core/requestContext.js'
import type { Account } from '../core/sessionRecord.js'
import { removeAt, tokenRecordAt, userRecordName } from './records.js'
import { outlivesKey } from './keepRefreshToken.js'
import { entryToRevokeAt } from './registrations.js'
import { revokeInBackground } from './removeTokens.js'

// With `keepTokens: 'user'` the tokens of an account stand in one record that outlives every session. It says whose they are, so that a
// job, or the next session, can do without the session that they came with.

/** What the record of a user's account says besides its tokens. */
export interface KeptAccount {
  /** Id of the application's user, as text. */
  userId: string
  /** Of the provider's raw profile, with what says whose it is. */
  user: AuthUser
  binding: string
  publicUrl?: string
  parameters?: Readonly<Record<string, string>>
}

/**
 * The record of a user's account. Its store is there, as `keepTokens` needs one.
 * @param userId whose account it is: another user may have linked it since, to whose tokens nothing here leads
 */
export function userRecordAt(
  engine: Engine,
  registration: Registration,
  userKey: string,
  userId: UserId | undefined,
): SealedTokenRecord | undefined {
  const isOf = (account: unknown): boolean => isObject(account) && account['userId'] === String(userId)
  return tokenRecordAt(engine, registration, userRecordName(engine, userKey), isOf)
}

/**
 * Keeps the tokens of a login for the user, and what it did not bring of the earlier ones: many providers give a refresh token at the first
 * login only.
 * @returns the tokens as they are kept
 * @throws AuthError `store_unavailable`; `provider_timeout` while another process has been refreshing them for too long
 */
export async function saveUserTokens(
  engine: Engine,
  registration: Registration,
  account: Account,
  userId: UserId,
  tokens: Tokens | undefined,
): Promise<Tokens | undefined> {
  const held = userRecordAt(engine, registration, account.user.key, userId)
  const record = held?.of(keptAccount(account, userId))
  if (!held || !record) return tokens
  const earlier = async (): Promise<string | undefined> => {
    // Newer ones may wait in this process for the store to take them.
    const kept = (await held.read())?.tokens
    const earlierTokens = kept && (engine.refresher.pending(held.key) ?? kept)
    if (!earlierTokens || earlierTokens.reauthRequired || !outlivesKey(registration, earlierTokens)) return undefined
    return earlierTokens.refreshToken
  }
  if (!tokens || tokens.refreshToken !== undefined || (await earlier()) === undefined) {
    await record.put(tokens)
    return tokens
  }
  // Read again under the lock: a refresh in another process may just have used it up.
  return await whileLocked(record, registration.slug, async () => {
    const refreshToken = await earlier()
    const merged = refreshToken === undefined ? tokens : { ...tokens, refreshToken }
    await record.put(merged)
    return merged
  })
}

function keptAccount({ user, binding, publicUrl, parameters }: Account, userId: UserId): KeptAccount {
  return {
    userId: String(userId),
    user: { ...user, raw: textsOf({ iss: user.raw['iss'], sub: user.raw['sub'] }) ?? {} },
    binding,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(parameters ? { parameters } : {}),
  }
}

/** Seconds: longer than a refresh, or a write that waits for its store, may be under way. */
const day = 24 * 3600

/** An account as its record has it, and its tokens. */
export interface OpenedAccount {
  version: number
  /** Id of the application's user that it was kept for, as text. */
  userId: string
  account: Account
  tokens: Tokens | undefined
}

/**
 * The account of a key, whosever it is by now: compare `account.binding` with its entry before anything is sent.
 * @returns `undefined` where nothing is kept of it
 * @throws AuthError `store_unavailable`
 */
export async function openUserAccount({ settings, sealer }: Engine, recordName: string): Promise<OpenedAccount | undefined> {
  const found = settings.tokenStore && (await openRecord(settings.tokenStore, sealer, recordName))
  return found && accountIn(found)
}

/**
 * Makes a record say that it is of another user, to whom the application has given the account.
 * @returns `false` where its tokens have changed since it was read
 * @throws AuthError `store_unavailable`
 */
export async function giveTo(
  engine: Engine,
  registration: Registration,
  { account, tokens, version }: OpenedAccount,
  userId: UserId,
): Promise<boolean> {
  const record = userRecordAt(engine, registration, account.user.key, userId)?.of(keptAccount(account, userId))
  return (await record?.write(tokens, version)) === true
}

function accountIn({ value, version }: OpenedRecord): OpenedAccount | undefined {
  const kept = value['account']
  if (!isKeptAccount(kept)) return undefined
  const { userId, ...account } = kept
  return { version, userId, account: { ...account, keptBy: 'user' }, tokens: readTokens(value['tokens']) }
}

function isKeptAccount(value: unknown): value is KeptAccount {
  if (!isObject(value) || !isObject(value['user'])) return false
  const { userId, binding, publicUrl, parameters, user } = value
  return (
    [userId, binding, user['provider'], user['key'], user['id']].every((text) => typeof text === 'string')
    && (publicUrl === undefined || typeof publicUrl === 'string')
    && (parameters === undefined || textsOf(parameters) !== undefined)
  )
}

/**
 * Ends the access to an account that is no longer its user's: takes the tokens away and revokes them at the provider, in the background.
 * @param known where to revoke, if a request has looked it up; else the entry that was configured
 * @throws AuthError `store_unavailable`
 */
export async function endUserAccess(engine: Engine, userKey: string, userId: UserId, known?: Context): Promise<void> {
  const { settings, sealer, now } = engine
  const name = userRecordName(engine, userKey)
  const { tokenStore: store } = settings
  const found = store && (await openRecord(store, sealer, name))
  // What cannot be read is of use to nobody.
  if (!found) return await removeAt(engine, name)
  const opened = accountIn(found)
  // Another user may have signed in with the account already.
  if (opened?.userId !== String(userId)) return
  if (!(await endRecord({ store, sealer, key: name, now }, opened.version, day))) {
    // Refreshed, or somebody else's, by now.
    await endUserAccess(engine, userKey, userId, known)
    return
  }
  const { account, tokens } = opened
  const latest = engine.refresher.pending(name) ?? tokens
  const registration = known ?? (await entryToRevokeAt(engine, { slug: account.user.provider, parameters: account.parameters }))
  if (!latest || !registration || !isBoundTo(account.binding, registration)) return
  revokeInBackground(engine, known ?? contextOf(engine, registration, configuredUrl(engine)), latest)
}

/**
 * Marks an account whose refresh token the provider has refused, for all processes, until its user signs in or links it again.
 * @param keep takes the marked tokens for whoever asked
 */
export function markRefused(
  engine: Engine,
  record: SealedTokenRecord,
  { user, slug }: { user: Partial<AuthUser>; slug: string },
  keep: (marked: Tokens) => void,
): RefreshParts['onRefused'] {
  return async ({ tokens, version }, error) => {
    tellOfRefusal(engine, user, slug, error)
    const marked: Tokens = { ...tokens, reauthRequired: true }
    keep(marked)
    await record.write(marked, version).catch(() => undefined)
  }
}
