import { AuthError } from '../lib/errors.js'
import { isObject } from '../lib/json.js'
import type { AuthUser, Tokens } from '../lib/types.js'

/** One account that the person signed in with. */
export interface Account {
  user: AuthUser
  tokens: Tokens
}

/** A login that this session finished: its callback, opened again, only goes on to the same place. */
export interface FinishedLogin {
  stateHash: string
  returnTo: string
}

/** What is remembered of a signed-in person. */
export interface SessionRecord {
  version: 1
  /** New at every login and never shown: what CSRF tokens are bound to. */
  salt: string
  /** Slug of the account that signed in. */
  current: string
  accounts: Record<string, Account>
  finished: FinishedLogin[]
  /** Milliseconds since 1970. */
  createdAt: number
  /** Milliseconds since 1970; absent for a session that ends with the browser. */
  expiresAt?: number
}

/** Where the signed-in state lives. */
export interface SessionStore {
  read: () => Promise<SessionRecord | undefined>
  /** Starts a session of a new id that holds this record, and is finished only when it is stored. */
  renew: (record: SessionRecord, previous: SessionRecord | undefined) => Promise<void>
  /** Keeps a changed record under the same id. */
  update: (record: SessionRecord) => Promise<void>
  /** Gives this response the session that another response to the same callback has started, where the response carries it. */
  adopt?: (record: SessionRecord) => void
  end: () => Promise<void>
}

/** A session of any kind, as little as authrouter needs of one. */
export interface SessionBag {
  get: (key: string) => unknown
  set: (key: string, value: unknown) => unknown
  delete: (key: string) => unknown
  save: () => unknown
  regenerate?: () => unknown
  destroy?: () => unknown
  /** Leaves the session out of this response: nothing is saved, no cookie is sent. */
  abandon?: () => void
}

/** Where logins under way are kept, in applications that want them in the session. */
export const transactionsKey = 'authrouterTransactions'

/** Logins remembered as finished in one session. */
export const mostFinished = 5

/**
 * Reads a record that was opened from its seal: it may come from another version, so only what is whole counts.
 * @param now milliseconds since 1970
 */
export function readRecord(value: unknown, now: number): SessionRecord | undefined {
  if (!isObject(value) || value['version'] !== 1) return undefined
  const { salt, current, accounts, finished, createdAt, expiresAt } = value
  if (typeof salt !== 'string' || typeof current !== 'string' || !isObject(accounts) || typeof createdAt !== 'number') return undefined
  if (typeof expiresAt === 'number' && expiresAt <= now) return undefined
  const whole = Object.entries(accounts).filter((entry): entry is [string, Account] => isAccount(entry[1]))
  if (!whole.some(([slug]) => slug === current)) return undefined
  return {
    version: 1,
    salt,
    current,
    accounts: Object.fromEntries(whole),
    finished: Array.isArray(finished) ? finished.filter(isFinishedLogin).slice(-mostFinished) : [],
    createdAt,
    ...(typeof expiresAt === 'number' ? { expiresAt } : {}),
  }
}

function isAccount(value: unknown): boolean {
  return isObject(value) && isObject(value['tokens']) && typeof value['tokens']['accessToken'] === 'string'
    && isObject(value['user']) && typeof value['user']['id'] === 'string' && typeof value['user']['key'] === 'string'
}

function isFinishedLogin(value: unknown): value is FinishedLogin {
  return isObject(value) && typeof value['stateHash'] === 'string' && typeof value['returnTo'] === 'string'
}

/** Milliseconds that a session store may take. */
const storeTimeout = 4_500

/**
 * Waits for a session store, but not for ever.
 * @throws AuthError `store_unavailable` when it fails or does not answer in time
 */
export async function fromStore<T>(work: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Error('The session store did not answer in time')) }, storeTimeout)
  })
  try {
    return await Promise.race([Promise.resolve().then(work), deadline])
  } catch (cause) {
    if (cause instanceof AuthError) throw cause
    throw new AuthError('store_unavailable', 'The sign-in state cannot be kept at the moment. Try again soon.', { cause })
  } finally {
    clearTimeout(timer)
  }
}
