import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { sha256 } from '../../lib/base/random.js'
import { maxSealed } from '../../lib/base/seal.js'
import type { Engine } from '../core/engine.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { revokeInBackground } from '../tokens/removeTokens.js'
import { removeAt, tokenRecordAt } from '../tokens/records.js'
import { contextOf, configuredUrl } from '../core/requestContext.js'

/** Sessions of one person that are remembered at most; the oldest are ended when there are more. */
const maxSessions = 500
/** Bytes of the list besides its sessions. */
const frame = 64

/** One session, by the record that holds its tokens: without the record the session has ended. */
interface KnownSession {
  slug: string
  tokenRecord: string
}

/** The sessions of one person, so that all of them can be ended at once. Needs a token store. */
async function changeSessions({ records }: Engine, userKey: string, change: (sessions: KnownSession[]) => KnownSession[]): Promise<void> {
  await records?.('sessions').change(sha256(userKey), (list) => ({ version: 1, sessions: change(sessionsIn(list)) }))
}

function sessionsIn(value: unknown): KnownSession[] {
  const list: unknown[] = isObject(value) && Array.isArray(value['sessions']) ? value['sessions'] : []
  return list.filter(isKnownSession)
}

function isKnownSession(value: unknown): value is KnownSession {
  return isObject(value) && typeof value['slug'] === 'string' && typeof value['tokenRecord'] === 'string'
}

function sessionOf({ current, accounts }: SessionRecord): { userKey: string; known: KnownSession } | undefined {
  const account = accounts[current]
  return account?.tokenRecord === undefined
    ? undefined
    : { userKey: account.user.key, known: { slug: current, tokenRecord: account.tokenRecord } }
}

/** How many of these sessions one sealed list holds: fewer where their names are long. */
function roomFor(sessions: readonly KnownSession[]): number {
  const longest = Math.max(...sessions.map((session) => Buffer.byteLength(JSON.stringify(session)) + 1))
  return Math.min(maxSessions, Math.floor((maxSealed - frame) / longest))
}

/** Remembers a session that has just begun. */
export async function noteSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (!session) return
  let surplus: KnownSession[] = []
  await changeSessions(engine, session.userKey, (sessions) => {
    const all = [...sessions, session.known]
    const kept = all.slice(-roomFor(all))
    surplus = all.slice(0, -kept.length)
    return kept
  })
  for (const { tokenRecord } of surplus) engine.background(removeAt(engine, tokenRecord))
}

/** Forgets a session that has ended. */
export async function dropSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (session)
    await changeSessions(engine, session.userKey, (sessions) =>
      sessions.filter(({ tokenRecord }) => tokenRecord !== session.known.tokenRecord),
    )
}

/**
 * Ends every session of a person, in all browsers and processes, at the next request of each; their tokens are revoked as at a sign-out.
 *
 * @param userKey `authUser.key`
 * @returns how many sessions there were
 * @throws AuthError `config_invalid` without a token store of the router's own, `store_unavailable`
 */
export async function endEverywhere(engine: Engine, userKey: string): Promise<number> {
  const { settings, records } = engine
  if (!records || settings.fetchToken) {
    throw new AuthError(
      'config_invalid',
      'Signing out everywhere needs the option tokenStore, which lists the sessions of each user, and does not work with fetchToken.',
    )
  }
  const sessions = sessionsIn(await records('sessions').read(sha256(userKey)))
  await Promise.all(sessions.map((session) => endSession(engine, session)))
  // Those that were ended and no others: a session that began meanwhile stays on the list.
  const ended = new Set(sessions.map(({ tokenRecord }) => tokenRecord))
  if (ended.size > 0) await changeSessions(engine, userKey, (current) => current.filter(({ tokenRecord }) => !ended.has(tokenRecord)))
  engine.log('info', { event: 'logout_everywhere' })
  return sessions.length
}

async function endSession(engine: Engine, { slug, tokenRecord: name }: KnownSession): Promise<void> {
  const registration = engine.registration(slug)
  const kept = engine.settings.revokeOnLogout && registration ? await tokenRecordAt(engine, registration, name)?.read() : undefined
  await removeAt(engine, name)
  if (kept && registration) revokeInBackground(engine, contextOf(engine, registration, configuredUrl(engine)), kept.tokens)
}
