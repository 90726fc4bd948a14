import { AuthError } from '../../lib/base/errors.js'
import { randomToken, sha256 } from '../../lib/base/random.js'
import type { Tokens } from '../../lib/model/tokens.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { Party } from '../../lib/tokens/binding.js'
import { sealedTokenRecord, type SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import type { TokenRecord } from '../../lib/tokens/tokenRecord.js'
import { readTokens } from '../../lib/tokens/tokens.js'
import { sessionMark } from '../core/endedSessions.js'
import type { Engine } from '../core/engine.js'
import { recordLifetime } from '../core/expiry.js'
import { callHook } from '../core/hooks.js'
import { storeKey } from '../core/sealedRecords.js'
import type { Account } from '../core/sessionRecord.js'
import type { HostRequest } from '../http/host.js'

/**
 * A record of the token store by its name; `undefined` in an application without one.
 * @param party whose tokens it holds: to any other it is empty
 * @param isOf the same of what the record says of its account
 */
export function tokenRecordAt(
  engine: Engine,
  party: Party,
  key: string,
  isOf?: (account: unknown) => boolean,
): SealedTokenRecord | undefined {
  const { settings, sealer, now } = engine
  const { tokenStore: store } = settings
  const ttl = key.startsWith(storeKey(settings, 'account', '')) ? undefined : recordLifetime(engine)
  return store && sealedTokenRecord({ store, sealer, key, party, ttl, isOf, now })
}

/** Name of the record of a user's account, which outlives sessions: `keepTokens: 'user'`. */
export function userRecordName({ settings }: Engine, userKey: string): string {
  return storeKey(settings, 'account', sha256(userKey))
}

/** Name of the token store's record that holds the tokens of an account; `undefined` where none does. */
export function recordNameOf(engine: Engine, { user, keptBy, tokenRecord }: Account): string | undefined {
  return keptBy === 'user' ? userRecordName(engine, user.key) : tokenRecord
}

/** Removes a record of the token store, whosever tokens it holds. */
export async function removeAt({ settings: { tokenStore } }: Engine, key: string): Promise<void> {
  if (tokenStore) await callStore(() => tokenStore.delete(key))
}

/** The record of a store that holds, or will hold, the tokens of an account; `undefined` where the session is all there is. */
export function tokenRecordOf(engine: Engine, host: HostRequest, party: Party, account: Account): SealedTokenRecord | undefined {
  const name = recordNameOf(engine, account)
  return name === undefined ? sessionTokenRecordOf(engine, host, party, account) : tokenRecordAt(engine, party, name)
}

/** Removes the record of a store that holds the tokens of an account of one session. */
export async function removeOf(engine: Engine, host: HostRequest, { tokenRecord, sessionTokenRecord: beside }: Account): Promise<void> {
  if (tokenRecord !== undefined) await removeAt(engine, tokenRecord)
  else if (beside !== undefined) await callStore(() => host.tokenRecords()?.delete(beside))
}

/** The record beside a session of express-session, which begins with the tokens of the login that the session itself holds. */
function sessionTokenRecordOf(
  engine: Engine,
  host: HostRequest,
  party: Party,
  { tokens, sessionTokenRecord: beside }: Account,
): SealedTokenRecord | undefined {
  const store = beside === undefined ? undefined : host.tokenRecords()
  if (!store || beside === undefined) return undefined
  const { sealer, now } = engine
  const tokenRecord = sealedTokenRecord({ store, sealer, key: beside, party, ttl: recordLifetime(engine), now })
  const mark = sessionMark(engine, host.sessionId ?? '')
  const hasEnded = async (): Promise<boolean> => (await callStore(() => store.get(mark))) !== undefined
  return {
    ...tokenRecord,
    read: async () => ((await hasEnded()) ? undefined : ((await tokenRecord.read()) ?? (tokens && { tokens, version: 0 }))),
    async write(tokens, version) {
      if (!(await tokenRecord.write(tokens, version))) return false
      // Such a store compares nothing: what a sign-out in another process has removed would be there again.
      if (!(await hasEnded())) return true
      await tokenRecord.remove()
      return false
    },
  }
}

/** Name of a new record beside a session: some stores make file names of it. */
export function newSessionTokenRecordName({ settings }: Engine): string {
  return `authrouter-tokens-${settings.appId}-${randomToken(16)}`
}

/** Name of a new record for the tokens of one account. */
export function newTokenRecordName({ settings }: Engine): string {
  return storeKey(settings, 'tokens', randomToken(16))
}

/** The application's own table, read by `fetchToken` and written by `hooks.onTokens`. */
export function tableRecord(engine: Engine, host: HostRequest, slug: string, account: Account): TokenRecord | undefined {
  const { user } = account
  const { fetchToken, tokenStore, hooks } = engine.settings
  if (!fetchToken) return undefined
  const key = storeKey(engine.settings, 'tokens', `${slug}:${user.key}`)
  let previous: Tokens | undefined
  return {
    key,
    async read() {
      previous = await readTable(engine, host, slug, account)
      // The table has no versions: the lock, and reading again when the provider refuses, are what keeps two processes apart.
      return previous && { tokens: previous, version: 0 }
    },
    async write(tokens) {
      await callHook('onTokens', () => hooks.onTokens?.({ slug, user, tokens, previous }))
      return true
    },
    ...(tokenStore?.lock ? { lock: async (ttl: number) => tokenStore.lock?.(`${key}:lock`, ttl) } : {}),
  }
}

/** @throws AuthError `hook_failed` when the application's table cannot be read */
export async function readTable(
  { settings }: Engine,
  host: HostRequest,
  slug: string,
  { user, facts }: Account,
): Promise<Tokens | undefined> {
  const answer = await callHook('fetchToken', () => settings.fetchToken?.(slug, host.native, user))
  if (answer === undefined || answer === null) return undefined
  const tokens = readTokens(answer)
  if (!tokens)
    throw new AuthError(
      'hook_failed',
      'fetchToken must answer with tokens, { accessToken, ... } as onTokens was given them, or with nothing.',
      { provider: slug },
    )
  return facts ? { ...tokens, facts: { ...facts, ...tokens.facts } } : tokens
}
