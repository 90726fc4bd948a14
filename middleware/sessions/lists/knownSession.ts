import { isObject } from '../../../lib/base/json.js'
import { sha256 } from '../../../lib/base/random.js'
import { maxSealed } from '../../../lib/base/seal.js'
import type { Account, SessionRecord } from '../../core/sessionRecord.js'

/** Sessions of one user that are remembered at most; the oldest are ended when there are more. */
const maxSessions = 500
/** Bytes of the list besides its sessions. */
const frame = 64

/** One session, by what tells its copies in all processes that it has ended: the record of its login's tokens gone, or a mark. */
export interface KnownSession extends LinkedRecord {
  /** The records of the accounts that were added to it. */
  linked?: LinkedRecord[]
  /** By which a session is marked as ended whose tokens are not in the store. */
  salt?: string
  /** The other lists to take it out of when it ends: from a provider's list all, from a user's those of providers. */
  lists?: string[]
  /** Digest of the account that is signed in, for the log: in the lists that the provider's own names lead to. */
  user?: string
}

export interface LinkedRecord {
  slug: string
  tokenRecord?: string
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>>
}

/** A session with the names of the lists that lead to it. */
export interface ListedSession {
  known: KnownSession
  /** Of its user, one for each account. */
  users: string[]
  /** Of the names that providers have for it. */
  providers: string[]
}

/**
 * A session as the lists have it.
 * @param isMarked whether it ends by a mark
 * @returns `undefined` for one that nothing in the store could end
 */
export function listedSession({ loginKey, accounts, salt }: SessionRecord, isMarked: boolean): ListedSession | undefined {
  const { [loginKey]: login, ...others } = accounts
  const providers = Object.values(accounts).flatMap(({ logoutNames = [] }) => logoutNames)
  if (!login || (login.tokenRecord === undefined && (!isMarked || providers.length === 0))) return undefined
  const linked = Object.values(others).filter(({ tokenRecord }) => tokenRecord !== undefined)
  return {
    known: {
      ...recordOf(login),
      ...(linked.length === 0 ? {} : { linked: linked.map(recordOf) }),
      ...(isMarked ? { salt } : {}),
    },
    users: Object.keys(accounts).map(sha256),
    providers,
  }
}

function recordOf({ user, tokenRecord, parameters }: Account): LinkedRecord {
  return { slug: user.provider, ...(tokenRecord === undefined ? {} : { tokenRecord }), ...(parameters ? { parameters } : {}) }
}

/** What tells one session from all others. */
export function sessionId({ salt, tokenRecord }: KnownSession): string | undefined {
  return salt ?? tokenRecord
}

/** The sessions of a list, as it was kept. */
export function sessionsIn(value: unknown): KnownSession[] {
  const list: unknown[] = isObject(value) && Array.isArray(value['sessions']) ? value['sessions'] : []
  return list.filter(isKnownSession)
}

function isKnownSession(value: unknown): value is KnownSession {
  if (!isLinkedRecord(value) || sessionId(value) === undefined) return false
  const { linked, salt, lists, user } = value as Partial<Record<keyof KnownSession, unknown>>
  return (
    (linked === undefined || (Array.isArray(linked) && linked.every(isLinkedRecord)))
    && (salt === undefined || typeof salt === 'string')
    && (user === undefined || typeof user === 'string')
    && (lists === undefined || (Array.isArray(lists) && lists.every((name) => typeof name === 'string')))
  )
}

function isLinkedRecord(value: unknown): value is LinkedRecord {
  return isObject(value) && typeof value['slug'] === 'string' && ['string', 'undefined'].includes(typeof value['tokenRecord'])
}

/** How many of these sessions one sealed list holds: fewer where their names are long. */
export function roomFor(sessions: readonly KnownSession[]): number {
  const longest = Math.max(...sessions.map((session) => Buffer.byteLength(JSON.stringify(session)) + 1))
  return Math.min(maxSessions, Math.floor((maxSealed - frame) / longest))
}
