import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import type { Sealer } from '../base/seal.js'
import type { Tokens } from '../model/tokens.js'
import { callStore } from '../stores/callStore.js'
import type { StoreLock, TokenStore } from '../stores/tokenStore.js'
import { bindingOf, isBoundTo, type Party } from './binding.js'
import type { KeptTokens, TokenRecord } from './tokenRecord.js'
import { readTokens } from './tokens.js'

/** What a token store holds of one account. */
export type TokenRecordContents =
  | { state: 'kept'; kept: KeptTokens; savedAt: number; session?: string | undefined; account?: unknown }
  /** The person is signed in, without tokens: they have been revoked, or there never were any. */
  | { state: 'empty'; kept?: undefined; version: number; savedAt: number; session?: string | undefined; account?: unknown }
  /** Nothing, nothing that can be read, or what belongs to another entry. */
  | { state: 'absent'; kept?: undefined; session?: undefined; account?: undefined }

/** A record that is one sealed record of a token store. */
export interface SealedTokenRecord extends TokenRecord {
  /** What the record says, in more words than `read`. */
  look: () => Promise<TokenRecordContents>
  /** See `TokenRecord.write`; without tokens for a record that is to stay empty. */
  write: (tokens: Tokens | undefined, version: number) => Promise<boolean>
  /** Writes over whatever is there. */
  put: (tokens: Tokens | undefined) => Promise<void>
  /** The same record saying whose tokens it holds, from its next write on: `account` in what `look` gives. Other writes leave that as it is. */
  of: (account: object) => SealedTokenRecord
  /**
   * Says which session alone the record is of from now on; later writes leave it so. `session` in what `look` gives.
   * @param next what that session is told from its former copies by
   * @param former the one that it is of so far; one that names none is anybody's
   * @returns `false` for a record that is gone, or of another session by now
   */
  bindTo: (next: string, former: string) => Promise<boolean>
  /** Takes the tokens out and leaves the record, where there is one. */
  markRevoked: () => Promise<void>
  remove: () => Promise<void>
}

export interface SealedTokenRecordOptions {
  store: TokenStore
  sealer: Sealer
  /** The record's name in the store. */
  key: string
  /** Whose tokens they are: a record that is bound to another entry counts as absent. */
  party: Party
  /** Seconds that the record is kept after a write; absent for one that stays. */
  ttl?: number | undefined
  /** Whose tokens it holds, as the next write is to say. */
  account?: object | undefined
  /** Whether it is of who asks, by whose tokens it says that it holds: to anybody else it is empty. */
  isOf?: ((account: unknown) => boolean) | undefined
  /** Milliseconds since 1970. */
  now: () => number
}

/** Attempts to write over a record that others change at the same time. */
const maxAttempts = 20

/**
 * Keeps the tokens of one account in a token store, sealed for this record alone.
 * Every call throws AuthError `store_unavailable` when the store fails or is too slow.
 */
export function sealedTokenRecord(options: SealedTokenRecordOptions): SealedTokenRecord {
  const { store, sealer, key, party, ttl, isOf, now } = options
  const binding = bindingOf(party)
  // What holds no tokens is called revoked, as it was when tokens could be missing for no other reason.
  const seal = (tokens: Tokens | undefined): string => {
    const content = { version: 1, savedAt: now(), binding, session, account, ...(tokens ? { tokens } : { revoked: true }) }
    return sealer.seal('tokens', key, content, { compressed: true })
  }
  // As they were last seen: a write over that version keeps them.
  let session: string | undefined
  let account: unknown = options.account

  async function look(): Promise<TokenRecordContents> {
    const found = await openRecord(store, sealer, key)
    if (!found || !isBoundTo(found.value['binding'], party) || isOf?.(found.value['account']) === false) return { state: 'absent' }
    const { value, version } = found
    session = typeof value['session'] === 'string' ? value['session'] : undefined
    account = options.account ?? value['account']
    const savedAt = Number(value['savedAt']) || 0
    if (value['revoked'] === true) return { state: 'empty', version, savedAt, session, account: value['account'] }
    const tokens = readTokens(value['tokens'])
    return tokens ? { state: 'kept', kept: { tokens, version }, savedAt, session, account: value['account'] } : { state: 'absent' }
  }

  return {
    key,
    look,
    async read() {
      const contents = await look()
      return contents.state === 'kept' ? contents.kept : undefined
    },
    // What is no clear yes may not have been written.
    write: (tokens, version) => callStore(async () => ((await store.set(key, seal(tokens), { version, ttl })) as unknown) === true),
    put: async (tokens) => {
      await callStore(() => store.set(key, seal(tokens), { ttl }))
    },
    of: (next) => sealedTokenRecord({ ...options, account: next, isOf: undefined }),
    async bindTo(next, former) {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const contents = await look()
        if (contents.state === 'absent' || (contents.session ?? former) !== former) return false
        session = next
        const version = contents.state === 'kept' ? contents.kept.version : contents.version
        if (await callStore(() => store.set(key, seal(contents.kept?.tokens), { version, ttl }))) return true
      }
      throw new AuthError('store_unavailable', 'The tokens change too fast for their session to be changed. Try again soon.')
    },
    async markRevoked() {
      // Over what is there and never anew: a record that a sign-out has removed meanwhile stays away.
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const { kept } = await look()
        if (!kept || (await callStore(() => store.set(key, seal(undefined), { version: kept.version, ttl })))) return
      }
      throw new AuthError('store_unavailable', 'The tokens change too fast to be marked as revoked. Try again soon.')
    },
    remove: async () => {
      await callStore(() => store.delete(key))
    },
    ...(store.lock ? { lock: (seconds: number) => callStore(async () => asLock(await store.lock?.(`${key}:lock`, seconds))) } : {}),
  }
}

export interface OpenedRecord {
  value: Record<string, unknown>
  version: number
}

/**
 * A record whosever it is: what is in it has not been compared with any entry.
 * @returns `undefined` for nothing, and for what cannot be read
 * @throws AuthError `store_unavailable`
 */
export async function openRecord(store: TokenStore, sealer: Sealer, key: string): Promise<OpenedRecord | undefined> {
  const stored = await callStore(() => store.get(key))
  const value = typeof stored?.record === 'string' ? sealer.open('tokens', key, stored.record) : undefined
  return stored && isObject(value) && value['version'] === 1 ? { value, version: stored.version } : undefined
}

/**
 * Ends a record, whosever it is, if it is still as it was read. Its place stays taken for a while: a store counts versions anew where it
 * has nothing, and whoever has read the record before must not write over what stands there next.
 * @param ttl seconds
 * @returns `false` where somebody has written meanwhile
 * @throws AuthError `store_unavailable`
 */
export async function endRecord(
  { store, sealer, key, now }: Pick<SealedTokenRecordOptions, 'store' | 'sealer' | 'key' | 'now'>,
  version: number,
  ttl: number,
): Promise<boolean> {
  const ended = sealer.seal('tokens', key, { version: 1, savedAt: now(), revoked: true }, { compressed: true })
  return await callStore(async () => ((await store.set(key, ended, { version, ttl })) as unknown) === true)
}

function asLock(lock: StoreLock | null | undefined): StoreLock | undefined {
  if (lock === undefined || lock === null) return undefined
  if (!isObject(lock) || typeof lock['renew'] !== 'function' || typeof lock['release'] !== 'function')
    throw new Error('The store gave something else for a lock')
  return lock
}
