import { AuthError } from '../../lib/base/errors.js'
import { randomToken } from '../../lib/base/random.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { Party } from '../../lib/tokens/binding.js'
import { sealedTokenRecord, type SealedTokenRecord } from '../../lib/tokens/sealedTokenRecord.js'
import type { TokenRecord } from '../../lib/tokens/tokenRecord.js'
import { readTokens } from '../../lib/tokens/tokens.js'
import type { Engine } from '../core/engine.js'
import { recordLifetime } from '../core/expiry.js'
import { callHook } from '../core/hooks.js'
import type { Account } from '../core/sessionRecord.js'
import type { Request } from '../http/host.js'
import { sessionMark, sessionStoreOf } from './sessionStoreRecords.js'

/**
 * A record of the token store by its name; `undefined` in an application without one.
 * @param party whose tokens it holds: to any other it is empty
 */
export function tokenRecordAt(engine: Engine, party: Party, key: string): SealedTokenRecord | undefined {
  const { settings: { tokenStore: store }, sealer, now } = engine
  return store && sealedTokenRecord({ store, sealer, key, party, ttl: recordLifetime(engine), now })
}

/** Removes a record of the token store, whosever tokens it holds. */
export async function removeAt({ settings: { tokenStore } }: Engine, key: string): Promise<void> {
  if (tokenStore) await callStore(() => tokenStore.delete(key))
}

/** The record of a store that holds, or will hold, the tokens of an account; `undefined` where the session is all there is. */
export function tokenRecordOf(engine: Engine, req: Request, party: Party, account: Account): SealedTokenRecord | undefined {
  return account.tokenRecord === undefined ? sessionTokenRecordOf(engine, req, party, account) : tokenRecordAt(engine, party, account.tokenRecord)
}

/** Removes the record of a store that holds the tokens of an account. */
export async function removeOf(engine: Engine, req: Request, { tokenRecord, sessionTokenRecord: beside }: Account): Promise<void> {
  if (tokenRecord !== undefined) await removeAt(engine, tokenRecord)
  else if (beside !== undefined) await callStore(() => sessionStoreOf(req)?.delete(beside))
}

/** The record beside a session of express-session, which begins with the tokens of the login that the session itself holds. */
function sessionTokenRecordOf(engine: Engine, req: Request, party: Party, { tokens, sessionTokenRecord: beside }: Account): SealedTokenRecord | undefined {
  const store = beside === undefined ? undefined : sessionStoreOf(req)
  if (!store || beside === undefined) return undefined
  const { sealer, now } = engine
  const tokenRecord = sealedTokenRecord({ store, sealer, key: beside, party, ttl: recordLifetime(engine), now })
  const mark = sessionMark(engine, req.sessionID ?? '')
  const hasEnded = async (): Promise<boolean> => await callStore(() => store.get(mark)) !== undefined
  return {
    ...tokenRecord,
    read: async () => await hasEnded() ? undefined : await tokenRecord.read() ?? (tokens && { tokens, version: 0 }),
    async write(tokens, version) {
      if (!await tokenRecord.write(tokens, version)) return false
      // Such a store compares nothing: what a sign-out in another process has removed would be there again.
      if (!await hasEnded()) return true
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

/** Keys of one application in a store that several may share. */
export function storeKey({ appId }: Pick<Engine['settings'], 'appId'>, kind: 'tokens' | 'callback' | 'landing' | 'client' | 'sessions' | 'ended', name: string): string {
  return `authrouter:${appId}:${kind}:${name}`
}

/** A sealed record of the store that holds no tokens; version 0 where there is none. */
export async function readSealed({ sealer }: Engine, store: TokenStore, key: string): Promise<{ value: unknown; version: number }> {
  const stored = await callStore(() => store.get(key))
  const value = typeof stored?.record === 'string' ? sealer.open('session', key, stored.record) : undefined
  return { value, version: stored?.version ?? 0 }
}

/** The application's own table, read by `fetchToken` and written by `hooks.onTokens`. */
export function tableRecord(engine: Engine, req: Request, slug: string, { user }: Account): TokenRecord | undefined {
  const { fetchToken, tokenStore, hooks } = engine.settings
  if (!fetchToken) return undefined
  const key = storeKey(engine.settings, 'tokens', `${slug}:${user.key}`)
  let previous: Tokens | undefined
  return {
    key,
    async read() {
      previous = await readTable(engine, req, slug, user)
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
export async function readTable({ settings }: Engine, req: Request, slug: string, user: AuthUser): Promise<Tokens | undefined> {
  const answer = await callHook('fetchToken', () => settings.fetchToken?.(slug, req, user))
  if (answer === undefined || answer === null) return undefined
  const tokens = readTokens(answer)
  if (!tokens) throw new AuthError('hook_failed', 'fetchToken must answer with tokens, { accessToken, ... } as onTokens was given them, or with nothing.', { provider: slug })
  return tokens
}
