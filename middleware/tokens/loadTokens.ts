import { allValues, type Awaitable, withValue } from '../../lib/base/awaitable.js'
import { asAuthError } from '../../lib/base/errors.js'
import { sleep } from '../../lib/base/timeout.js'
import type { Registration } from '../../lib/model/context.js'
import type { Tokens } from '../../lib/model/tokens.js'
import { shouldRefresh } from '../../lib/tokens/refreshTime.js'
import { areSame, latestIssue } from '../../lib/tokens/targets.js'
import type { SealedTokenRecord, TokenRecordContents } from '../../lib/tokens/sealedTokenRecord.js'
import type { Engine } from '../core/engine.js'
import { recordLifetime } from '../core/expiry.js'
import type { Account, LoadedTokens, SessionRecord } from '../core/sessionRecord.js'
import type { HostRequest } from '../http/host.js'
import { readTable, tokenRecordAt, tokenRecordOf } from './records.js'
import { userRecordAt } from './userTokens.js'

export interface LoadedAccounts {
  /** The record without the accounts that were signed out elsewhere; `undefined` when the one that signed in, or the current one, was. */
  record: SessionRecord | undefined
  tokens: Map<string, LoadedTokens>
}

/** What there is of somebody who is not signed in. */
export function nobody(): LoadedAccounts {
  return { record: undefined, tokens: new Map() }
}

/**
 * Fetches the tokens of a session's accounts from wherever they are kept, all at once.
 * @param registrations the entries of the accounts; an account without one is absent
 * @throws AuthError `store_unavailable` when a token store, which knows of sign-outs, cannot be asked
 */
export function loadAccounts(
  engine: Engine,
  host: HostRequest,
  record: SessionRecord,
  registrations: ReadonlyMap<string, Registration>,
): Awaitable<LoadedAccounts> {
  const accounts = Object.entries(record.accounts)
  const loading = accounts.map(([key, account]) => {
    const registration = registrations.get(key)
    return registration && (tokensAtHand(engine, registration, account) ?? fetchTokens(engine, host, registration, account, record))
  })
  return withValue(allValues(loading), (loaded) => {
    const tokens = new Map<string, LoadedTokens>()
    accounts.forEach(([key], index) => {
      const found = loaded[index]
      if (found) tokens.set(key, found)
    })
    if (!tokens.has(record.current) || !tokens.has(record.loginKey)) return nobody()
    const present = tokens.size === accounts.length ? record.accounts : Object.fromEntries(accounts.filter(([key]) => tokens.has(key)))
    return { record: withNewest(present === record.accounts ? record : { ...record, accounts: present }, tokens), tokens }
  })
}

/** Of an account whose tokens have been revoked, or that never had any. */
const noTokens: LoadedTokens = Object.freeze({})

/** The tokens that the session itself holds, as long as nothing has to be asked for. */
function tokensAtHand(
  { settings, refresher, now }: Engine,
  registration: Registration,
  { tokens, tokenRecord, sessionTokenRecord: beside }: Account,
): LoadedTokens | undefined {
  if (settings.fetchToken || tokenRecord !== undefined) return undefined
  if (!tokens) return noTokens
  const newest = refresher.newest(registration, tokens)
  return beside === undefined || !shouldRefresh(newest, now()) ? { tokens: newest } : undefined
}

/** @returns `undefined` for an account that has been signed out: its record is gone from the token store */
async function fetchTokens(
  engine: Engine,
  host: HostRequest,
  registration: Registration,
  account: Account,
  session: SessionRecord,
): Promise<LoadedTokens | undefined> {
  if (!engine.settings.fetchToken && account.tokenRecord !== undefined) return fromTokenStore(engine, registration, account, session)
  try {
    if (engine.settings.fetchToken) return { tokens: await readTable(engine, host, registration.slug, account) }
    return { tokens: await newestBeside(engine, host, registration, account) }
  } catch (error) {
    // Neither a table nor a record beside the session ends a session, so who the person is does not depend on them: only what needs the tokens fails.
    return { error: asAuthError(error, 'store_unavailable', 'The tokens cannot be read at the moment. Try again soon.') }
  }
}

async function fromTokenStore(
  engine: Engine,
  registration: Registration,
  { user, keptBy, tokenRecord: name }: Account,
  { createdAt, loginKey, salt, userId }: SessionRecord,
): Promise<LoadedTokens | undefined> {
  const tokenRecord = name === undefined ? undefined : tokenRecordAt(engine, registration, name)
  if (!tokenRecord) return undefined
  const isNew = engine.now() - createdAt < justNow
  const usersTokens = keptBy === 'user' ? fromUserRecord(engine, userRecordAt(engine, registration, user.key, userId), isNew) : undefined
  // That the session is there is said by the record of its login alone.
  if (usersTokens && user.key !== loginKey) return await usersTokens
  // Awaited below; a failure of both is the same failure.
  usersTokens?.catch(() => undefined)
  // Asked also while newer tokens wait in this process to be written: only the store knows of a sign-out elsewhere.
  const contents = await lookAt(tokenRecord, isNew)
  if (contents.state === 'absent' || (user.key === loginKey && isReplaced(contents, salt))) return undefined
  touch(engine, tokenRecord, contents)
  if (usersTokens) return await usersTokens
  if (contents.state === 'empty') return noTokens
  return { tokens: engine.refresher.pending(tokenRecord.key) ?? contents.kept.tokens }
}

/** The tokens of a user's account; `undefined` for one that has been unlinked, or is another user's by now. */
async function fromUserRecord(engine: Engine, record: SealedTokenRecord | undefined, isNew: boolean): Promise<LoadedTokens | undefined> {
  const contents = record && (await lookAt(record, isNew))
  if (!contents || contents.state === 'absent') return undefined
  touch(engine, record, contents, week)
  return contents.state === 'empty' ? noTokens : { tokens: engine.refresher.pending(record.key) ?? contents.kept.tokens }
}

/** Whether the record is of a session that has taken the place of this one since, by a change of its accounts (rule R13). */
function isReplaced({ session }: TokenRecordContents, salt: string): boolean {
  return session !== undefined && session !== salt
}

/** What tokens of a session that are due have become: as this process remembers, else as the record beside the session says. */
async function newestBeside(engine: Engine, host: HostRequest, registration: Registration, account: Account): Promise<Tokens | undefined> {
  const { tokens } = account
  if (!tokens) return undefined
  const newest = engine.refresher.newest(registration, tokens)
  const kept = await tokenRecordOf(engine, host, registration, account)?.read()
  return kept && latestIssue(kept.tokens) > latestIssue(newest) ? kept.tokens : newest
}

/** Milliseconds after a login within which a store that answers from a copy may not know it yet. */
const justNow = 5_000
const attempts = 3
const pause = 50

async function lookAt(tokenRecord: SealedTokenRecord, isNew: boolean): Promise<TokenRecordContents> {
  let contents = await tokenRecord.look()
  for (let attempt = 1; isNew && contents.state === 'absent' && attempt < attempts; attempt++) {
    await sleep(pause)
    contents = await tokenRecord.look()
  }
  return contents
}

/** Milliseconds after which what stays for good is encrypted again: its secret may have been replaced. */
export const week = 7 * 24 * 3600_000

/** What is used but never refreshed stays: its record is written again before its time is over, under the current secret. */
export function touch(
  engine: Engine,
  tokenRecord: SealedTokenRecord,
  contents: Exclude<TokenRecordContents, { state: 'absent' }>,
  untouched = (recordLifetime(engine) * 1000) / 4,
): void {
  if (engine.now() - contents.savedAt <= untouched) return
  engine.background(tokenRecord.write(contents.kept?.tokens, contents.state === 'kept' ? contents.kept.version : contents.version))
}

/** A session that holds its tokens itself learns what they have become since: a refresh was too late for an earlier answer, or another request's. */
function withNewest(record: SessionRecord, loaded: ReadonlyMap<string, LoadedTokens>): SessionRecord {
  const changed = Object.entries(record.accounts).flatMap(([key, account]) => {
    const tokens = loaded.get(key)?.tokens
    const isHere = account.tokens && account.sessionTokenRecord === undefined
    return isHere && tokens && account.tokens && !areSame(tokens, account.tokens) ? [[key, { ...account, tokens }] as const] : []
  })
  return changed.length === 0 ? record : { ...record, accounts: { ...record.accounts, ...Object.fromEntries(changed) } }
}
