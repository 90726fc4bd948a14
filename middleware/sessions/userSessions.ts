import { AuthError } from '../../lib/base/errors.js'
import { isObject, textsOf } from '../../lib/base/json.js'
import { sha256 } from '../../lib/base/random.js'
import { maxSealed } from '../../lib/base/seal.js'
import type { Engine } from '../core/engine.js'
import type { Account, SessionRecord } from '../core/sessionRecord.js'
import { entryToRevokeAt } from '../tokens/registrations.js'
import { revokeInBackground } from '../tokens/removeTokens.js'
import { removeAt, tokenRecordAt } from '../tokens/records.js'
import { contextOf, configuredUrl } from '../core/requestContext.js'

/** Sessions of one user that are remembered at most; the oldest are ended when there are more. */
const maxSessions = 500
/** Bytes of the list besides its sessions. */
const frame = 64

/** One session, by the record that holds the tokens of its login: without the record the session has ended. */
interface KnownSession extends LinkedRecord {
  /** The records of the accounts that were added to it. */
  linked?: LinkedRecord[]
}

interface LinkedRecord {
  slug: string
  tokenRecord: string
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>>
}

/** The sessions of one user, so that all of them can be ended at once. Needs a token store. */
async function changeSessions({ records }: Engine, userKey: string, change: (sessions: KnownSession[]) => KnownSession[]): Promise<void> {
  await records?.('sessions').change(sha256(userKey), (list) => ({ version: 1, sessions: change(sessionsIn(list)) }))
}

function sessionsIn(value: unknown): KnownSession[] {
  const list: unknown[] = isObject(value) && Array.isArray(value['sessions']) ? value['sessions'] : []
  return list.filter(isKnownSession)
}

function isKnownSession(value: unknown): value is KnownSession {
  return isLinkedRecord(value) && (!('linked' in value) || (Array.isArray(value.linked) && value.linked.every(isLinkedRecord)))
}

function isLinkedRecord(value: unknown): value is LinkedRecord {
  return isObject(value) && typeof value['slug'] === 'string' && typeof value['tokenRecord'] === 'string'
}

/** A session as the lists have it, and the keys of its user: each of them leads to it. */
function sessionOf({ loginKey, accounts }: SessionRecord): { userKeys: string[]; known: KnownSession } | undefined {
  const { [loginKey]: login, ...others } = accounts
  const known = login && recordOf(login)
  if (!known) return undefined
  const linked = Object.values(others).flatMap((account) => recordOf(account) ?? [])
  return { userKeys: Object.keys(accounts), known: { ...known, ...(linked.length === 0 ? {} : { linked }) } }
}

function recordOf({ user, tokenRecord, parameters }: Account): LinkedRecord | undefined {
  return tokenRecord === undefined ? undefined : { slug: user.provider, tokenRecord, ...(parameters ? { parameters } : {}) }
}

/** How many of these sessions one sealed list holds: fewer where their names are long. */
function roomFor(sessions: readonly KnownSession[]): number {
  const longest = Math.max(...sessions.map((session) => Buffer.byteLength(JSON.stringify(session)) + 1))
  return Math.min(maxSessions, Math.floor((maxSealed - frame) / longest))
}

/** Remembers a session that has just begun, or has other accounts now. */
export async function noteSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (!session) return
  const { userKeys, known } = session
  await Promise.all(userKeys.map((userKey) => noteFor(engine, userKey, known)))
}

async function noteFor(engine: Engine, userKey: string, known: KnownSession): Promise<void> {
  let surplus: KnownSession[] = []
  await changeSessions(engine, userKey, (sessions) => {
    const all = [...sessions.filter(({ tokenRecord }) => tokenRecord !== known.tokenRecord), known]
    const kept = all.slice(-roomFor(all))
    surplus = all.slice(0, -kept.length)
    return kept
  })
  for (const { tokenRecord } of surplus) engine.background(removeAt(engine, tokenRecord))
}

/**
 * Forgets a session that has ended.
 * @param stays the session that took its place
 */
export async function dropSession(engine: Engine, record: SessionRecord, stays?: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (!session) return
  const next = stays && sessionOf(stays)
  const isSame = next?.known.tokenRecord === session.known.tokenRecord
  const left = session.userKeys.filter((userKey) => !isSame || !next.userKeys.includes(userKey))
  await Promise.all(
    left.map((userKey) =>
      changeSessions(engine, userKey, (sessions) => sessions.filter(({ tokenRecord }) => tokenRecord !== session.known.tokenRecord)),
    ),
  )
}

/**
 * Ends every session of a user, in all browsers and processes, at the next request of each; their tokens are revoked as at a sign-out.
 *
 * @param userKeys the keys of all accounts of the user
 * @returns how many sessions there were
 * @throws AuthError `config_invalid` without a token store of the router's own, `store_unavailable`
 */
export async function endEverywhere(engine: Engine, userKeys: readonly string[]): Promise<number> {
  const { settings, records } = engine
  if (!records || settings.fetchToken) {
    throw new AuthError(
      'config_invalid',
      'Signing out everywhere needs the option tokenStore, which lists the sessions of each user, and does not work with fetchToken.',
    )
  }
  const lists = await Promise.all(userKeys.map(async (userKey) => sessionsIn(await records('sessions').read(sha256(userKey)))))
  const sessions = new Map(lists.flat().map((session) => [session.tokenRecord, session]))
  await Promise.all([...sessions.values()].map((session) => endSession(engine, session)))
  // Those that were ended and no others: a session that began meanwhile stays on the list.
  const isLeft = ({ tokenRecord }: KnownSession): boolean => !sessions.has(tokenRecord)
  const listed = userKeys.filter((_userKey, index) => lists[index]?.length)
  await Promise.all(listed.map((userKey) => changeSessions(engine, userKey, (current) => current.filter(isLeft))))
  engine.log('info', { event: 'logout_everywhere' })
  return sessions.size
}

async function endSession(engine: Engine, { linked = [], ...login }: KnownSession): Promise<void> {
  await Promise.all([login, ...linked].map((known) => endAccountAt(engine, known)))
}

async function endAccountAt(engine: Engine, known: LinkedRecord): Promise<void> {
  const { tokenRecord: name } = known
  const registration = engine.settings.revokeOnLogout
    ? await entryToRevokeAt(engine, { ...known, parameters: textsOf(known.parameters) })
    : undefined
  const kept = registration && (await tokenRecordAt(engine, registration, name)?.read())
  await removeAt(engine, name)
  if (kept) revokeInBackground(engine, contextOf(engine, registration, configuredUrl(engine)), kept.tokens)
}
