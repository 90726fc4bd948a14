import { isDue } from '../../lib/due.js'
import { asAuthError, type AuthError } from '../../lib/errors.js'
import type { StoreVault, VaultContents } from '../../lib/storeVault.js'
import type { Tokens } from '../../lib/types.js'
import type { Engine } from '../engine.js'
import type { Request } from '../http.js'
import type { Account, SessionRecord } from '../session.js'
import { readTable, recordLifetime, vaultAt, vaultOf } from './places.js'

/** The tokens of one account as this request found them. */
export interface LoadedTokens {
  tokens?: Tokens | undefined
  /** Why they could not be read; thrown to whoever needs them. */
  error?: AuthError | undefined
}

export interface LoadedAccounts {
  /** The record without the accounts whose tokens were signed out elsewhere; `undefined` when the current one was. */
  record: SessionRecord | undefined
  tokens: Map<string, LoadedTokens>
}

/** Fetches the tokens of a session's accounts from wherever they are kept, all at once. */
export async function loadAccounts(engine: Engine, req: Request, record: SessionRecord): Promise<LoadedAccounts> {
  const loaded = await Promise.all(Object.entries(record.accounts).map(async ([slug, account]) => {
    try {
      return [slug, await loadTokens(engine, req, slug, account, record)] as const
    } catch (error) {
      // Who the person is does not depend on the tokens: only what needs them fails.
      return [slug, { error: asAuthError(error, 'store_unavailable', 'The tokens cannot be read at the moment. Try again soon.') }] as const
    }
  }))
  const present = loaded.filter((entry): entry is readonly [string, LoadedTokens] => entry[1] !== undefined)
  const tokens = new Map(present)
  if (!tokens.has(record.current)) return { record: undefined, tokens: new Map() }
  if (present.length === loaded.length) return { record: withNewest(record, tokens), tokens }
  const accounts = Object.fromEntries(Object.entries(record.accounts).filter(([slug]) => tokens.has(slug)))
  return { record: withNewest({ ...record, accounts }, tokens), tokens }
}

/** @returns `undefined` for an account that has been signed out: its record is gone from the token store */
async function loadTokens(engine: Engine, req: Request, slug: string, account: Account, { createdAt }: SessionRecord): Promise<LoadedTokens | undefined> {
  const { renewals, settings } = engine
  if (settings.fetchToken) return { tokens: await readTable(engine, req, slug, account.user) }
  if (account.vault === undefined) return { tokens: await newestOfSession(engine, req, slug, account) }
  const vault = vaultAt(engine, account.vault)
  if (!vault) return undefined
  const pending = renewals.pending(vault.key)
  if (pending) return { tokens: pending }
  const contents = await lookAt(vault, engine.now() - createdAt < justNow)
  if (contents.state === 'absent') return undefined
  if (contents.state === 'revoked') return {}
  touch(engine, vault, contents)
  return { tokens: contents.kept.tokens }
}

/** What the tokens that a session holds have become: as this process remembers, else as the record beside the session says, once they are due. */
async function newestOfSession(engine: Engine, req: Request, slug: string, account: Account): Promise<Tokens | undefined> {
  const { tokens } = account
  if (!tokens) return undefined
  const newest = engine.renewals.newest(slug, tokens)
  if (account.beside === undefined || !isDue(newest, engine.now())) return newest
  const kept = await vaultOf(engine, req, account)?.read()
  return kept && (kept.tokens.issuedAt ?? 0) > (newest.issuedAt ?? 0) ? kept.tokens : newest
}

/** Milliseconds after a login within which a store that answers from a copy may not know it yet. */
const justNow = 5_000
const attempts = 3
const pause = 50

async function lookAt(vault: StoreVault, isNew: boolean): Promise<VaultContents> {
  let contents = await vault.look()
  for (let attempt = 1; isNew && contents.state === 'absent' && attempt < attempts; attempt++) {
    await new Promise((resolve) => { setTimeout(resolve, pause) })
    contents = await vault.look()
  }
  return contents
}

/** Tokens that are used but never renewed stay: their record is written again before its time is over, under the current secret. */
function touch(engine: Engine, vault: StoreVault, { kept, savedAt }: Extract<VaultContents, { state: 'kept' }>): void {
  if (engine.now() - savedAt > recordLifetime(engine) * 1000 / 4) engine.background(vault.write(kept.tokens, kept.version))
}

/** A session that holds its tokens itself learns what they have become since: a renewal was too late for an earlier answer, or another request's. */
function withNewest(record: SessionRecord, loaded: ReadonlyMap<string, LoadedTokens>): SessionRecord {
  const changed = Object.entries(record.accounts).flatMap(([slug, account]) => {
    const tokens = loaded.get(slug)?.tokens
    const isHere = account.tokens && account.beside === undefined
    return isHere && tokens && tokens.accessToken !== account.tokens?.accessToken ? [[slug, { ...account, tokens }] as const] : []
  })
  return changed.length === 0 ? record : { ...record, accounts: { ...record.accounts, ...Object.fromEntries(changed) } }
}
