import type { Awaitable } from '../../lib/base/awaitable.js'
import type { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { UserId } from '../../lib/stores/userStore.js'
import type { HostSession } from '../http/host.js'

/** One account that the user signed in with, or linked. */
export interface Account {
  user: AuthUser
  /** What `bindingOf` gave for the entry that the user signed in with: another entry of the same slug does not get the account. */
  binding: string
  /** Digest of the public URL that the user signed in at, where `providers` is a function: the slug may be another's elsewhere. */
  publicUrl?: string
  /** Milliseconds since 1970 at which the profile was fetched, or tried to be; absent for the time of the login. */
  profileAt?: number
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>>
  /** Facts that came with the tokens of the login, for a table of the application's that keeps only what it has columns for. */
  facts?: Readonly<Record<string, string>>
  /** Where the session itself holds them; absent once they have been revoked, and where the provider gives none. */
  tokens?: Tokens
  /** Name of the token store's record that holds them, or that says only that the session is there, where the tokens are the user's. */
  tokenRecord?: string
  /** Whose the tokens are, where they are not the session's: they stand in a record of the user's account, and stay when it ends. */
  keptBy?: 'user'
  /** Name of the session store's record that holds what they have become since the login, beside the session. */
  sessionTokenRecord?: string
  /** Names of the lists by which a logout of the provider's finds this session, where it may end it. */
  logoutNames?: readonly string[]
}

/** A login that this session finished: its callback, opened again, only goes on to the same place. */
export interface FinishedLogin {
  slug: string
  stateHash: string
  returnTo: string
  /** Digest of what a guard asked of it, and when it was finished, in milliseconds since 1970. */
  stepUp?: string
  at?: number
}

/** What is remembered of a signed-in user. */
export interface SessionRecord {
  version: 2
  /** New at every login and never shown: what CSRF tokens are bound to. */
  salt: string
  /** Key of the account that signed in: who the session is of, whichever account is current. */
  loginKey: string
  /** Id of the application's user, where it has a `userStore`. */
  userId?: UserId
  /** Key of the account that is `req.authUser`. */
  current: string
  /** By `user.key`, the latest last. */
  accounts: Record<string, Account>
  finished: FinishedLogin[]
  /** Milliseconds since 1970. */
  createdAt: number
  /** When its user signed in first, for one who has signed in again since. */
  begunAt?: number
  /** Milliseconds since 1970, where the time of the last request matters. */
  seenAt?: number
  /** Milliseconds since 1970; absent for a session that ends with the browser. */
  expiresAt?: number
  /** Seconds that lie between, for a session whose end moves on with every request. */
  rememberedFor?: number
}

/** What changes the signed-in state, wherever it lives. */
export interface SessionWriter {
  /** Starts a session of a new id that holds this record, and is finished only when it is stored. */
  start: (record: SessionRecord, previous: SessionRecord | undefined) => Promise<void>
  /**
   * Refuses where the session has no room for one more account as large as its largest.
   * @throws AuthError `too_large`
   */
  requireRoom?: (record: SessionRecord) => void
  /** Keeps a changed record under the same id. */
  save: (record: SessionRecord) => Promise<void>
  /** Gives this response the session that another response to the same callback has started, where the response carries it. */
  adopt?: (record: SessionRecord) => void
  end: () => Promise<void>
}

/** Where logins under way are kept, in applications that want them in the session. */
export const transactionsKey = 'authrouterTransactions'

/** Logins remembered as finished in one session. */
export const maxFinished = 5

const optionalTimes = ['begunAt', 'seenAt', 'expiresAt', 'rememberedFor'] as const

/** Reads a record that was opened from its seal: it may come from another version, so only what is whole counts. */
export function readRecord(value: unknown): SessionRecord | undefined {
  const record = isObject(value) && value['version'] === 1 ? byKey(value) : value
  if (!isObject(record) || record['version'] !== 2) return undefined
  const { salt, loginKey, current, accounts, finished, createdAt } = record
  if (typeof salt !== 'string' || typeof loginKey !== 'string' || typeof current !== 'string' || typeof createdAt !== 'number')
    return undefined
  if (!isObject(accounts)) return undefined
  const whole = Object.entries(accounts).filter((entry): entry is [string, Account] => isAccount(entry[1]))
  if (![loginKey, current].every((key) => whole.some(([name]) => name === key))) return undefined
  return {
    version: 2,
    salt,
    loginKey,
    ...(typeof record['userId'] === 'string' || typeof record['userId'] === 'number' ? { userId: record['userId'] } : {}),
    current,
    accounts: Object.fromEntries(whole),
    finished: Array.isArray(finished) ? finished.filter(isFinishedLogin).slice(-maxFinished) : [],
    createdAt,
    ...Object.fromEntries(optionalTimes.filter((name) => typeof record[name] === 'number').map((name) => [name, record[name]])),
  }
}

/** A record of the version before, which kept one account of each slug. */
function byKey({ accounts, current, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const former = isObject(accounts) ? Object.values(accounts).filter(isObject) : []
  const renamed = former.map(({ place, ...account }) => [
    keyOf(account),
    { ...account, ...(place === undefined ? {} : { publicUrl: place }) },
  ])
  const key = isObject(accounts) && typeof current === 'string' && isObject(accounts[current]) ? keyOf(accounts[current]) : undefined
  return { ...rest, version: 2, loginKey: key, current: key, accounts: Object.fromEntries(renamed) as Record<string, unknown> }
}

function keyOf({ user }: Record<string, unknown>): string {
  return isObject(user) ? String(user['key']) : ''
}

function isAccount(value: unknown): boolean {
  if (!isObject(value)) return false
  const { binding, publicUrl, parameters, facts, tokens, tokenRecord, sessionTokenRecord, logoutNames } = value
  return (
    [parameters, facts].every((table) => table === undefined || isTexts(table))
    && (logoutNames === undefined || (Array.isArray(logoutNames) && logoutNames.every((name) => typeof name === 'string')))
    && (tokens === undefined || (isObject(tokens) && typeof tokens['accessToken'] === 'string'))
    && [publicUrl, tokenRecord, sessionTokenRecord].every((name) => name === undefined || typeof name === 'string')
    && typeof binding === 'string'
    && isObject(value['user'])
    && typeof value['user']['id'] === 'string'
    && typeof value['user']['key'] === 'string'
  )
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isFinishedLogin(value: unknown): value is FinishedLogin {
  return isObject(value) && ['slug', 'stateHash', 'returnTo'].every((name) => typeof value[name] === 'string')
}

/** The tokens of one account as this request found them. */
export interface LoadedTokens {
  tokens?: Tokens | undefined
  /** Why they could not be read; thrown to whoever needs them. */
  error?: AuthError | undefined
}

/** Where the signed-in state of one request lives: read for every request, written for the few that change it. */
export interface ResolvedSession {
  /** Whether it is certain by a look that nobody is signed in. */
  readonly isEmpty: boolean
  /** The session itself, where it is not a sealed cookie. */
  readonly hostSession: HostSession | undefined
  /** Why it cannot be read at all; `hostSession` and `read` throw it. */
  readonly error?: AuthError
  read: () => Awaitable<SessionRecord | undefined>
  /** What changes the session. */
  store: () => SessionWriter
}
