import { isObject, textsOf } from '../../lib/base/json.js'
import type { Registration } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import { whileLocked } from '../../lib/refresh/sharedRefresh.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import { openRecord, type SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import type { RefreshParts } from '../../lib/tokens/tokenSource.js'
import { readTokens } from '../../lib/tokens/tokens.js'
import type { Engine } from '../core/engine.js'
import { tellOfRefusal } from '../core/events.js'
import { configuredUrl, contextOf } from '../core/requestContext.js'
import type { Account } from '../core/sessionRecord.js'
import { removeAt, tokenRecordAt, userRecordName } from './records.js'
import { entryToRevokeAt } from './registrations.js'
import { revokeInBackground } from './removeTokens.js'

// With `keepTokens: 'user'` the tokens of an account stand in one record that outlives every session. It says whose they are, so that a
// job, or the next session, can do without the session that they came with.

/** What the record of a user's account says besides its tokens. */
export interface KeptAccount {
  /** Id of the application's user, as text. */
  userId: string
  /** Without the provider's raw profile. */
  user: AuthUser
  binding: string
  publicUrl?: string
  parameters?: Readonly<Record<string, string>>
}

/** The record of a user's account. Its store is there, as `keepTokens` needs one. */
export function userRecordAt(engine: Engine, registration: Registration, userKey: string): SealedTokenRecord | undefined {
  return tokenRecordAt(engine, registration, userRecordName(engine, userKey))
}

/** Whose account a record says that it is of: another user may have linked the account since. */
export function ownerOf(account: unknown): string | undefined {
  return isObject(account) && typeof account['userId'] === 'string' ? account['userId'] : undefined
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
  { user, binding, publicUrl, parameters }: Account,
  userId: UserId,
  tokens: Tokens | undefined,
): Promise<Tokens | undefined> {
  const kept: KeptAccount = {
    userId: String(userId),
    user: { ...user, raw: {} },
    binding,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(parameters ? { parameters } : {}),
  }
  const record = userRecordAt(engine, registration, user.key)?.of(kept)
  if (!record) return tokens
  const earlier = async (): Promise<string | undefined> => {
    const { kept: held, account } = await record.look()
    return held && !held.tokens.reauthRequired && ownerOf(account) === kept.userId ? held.tokens.refreshToken : undefined
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

/** An account as its record has it, and its tokens. */
export interface OpenedAccount {
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
  const opened = settings.tokenStore && (await openRecord(settings.tokenStore, sealer, recordName))
  const kept = opened?.value['account']
  if (!opened || !isKeptAccount(kept)) return undefined
  const { userId, ...account } = kept
  return { userId, account: { ...account, keptBy: 'user' }, tokens: readTokens(opened.value['tokens']) }
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
 * @throws AuthError `store_unavailable`
 */
export async function endUserAccess(engine: Engine, userKey: string, userId: UserId): Promise<void> {
  const name = userRecordName(engine, userKey)
  const opened = await openUserAccount(engine, name)
  // Another user may have signed in with the account already.
  if (opened && opened.userId !== String(userId)) return
  await removeAt(engine, name)
  if (!opened) return
  const { account, tokens } = opened
  const latest = engine.refresher.pending(name) ?? tokens
  const registration = await entryToRevokeAt(engine, { slug: account.user.provider, parameters: account.parameters })
  if (!latest || !registration || !isBoundTo(account.binding, registration)) return
  revokeInBackground(engine, contextOf(engine, registration, configuredUrl(engine)), latest)
}

/** Marks an account whose refresh token the provider has refused, for all processes, until its user signs in or links it again. */
export function markRefused(engine: Engine, record: SealedTokenRecord, user: Partial<AuthUser>, slug: string): RefreshParts['onRefused'] {
  return async ({ tokens, version }, error) => {
    tellOfRefusal(engine, user, slug, error)
    await record.write({ ...tokens, reauthRequired: true }, version).catch(() => undefined)
  }
}
