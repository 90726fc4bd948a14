import { AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import type { Engine } from '../core/engine.js'
import { digestOf } from '../core/events.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { removeAt } from '../tokens/records.js'
import { markSalt, needsMarks } from './endedMarks.js'
import { endKnown, type MayRevoke } from './lists/endKnown.js'
import { type KnownSession, listedSession, type ListedSession, roomFor, sessionId, sessionsIn } from './lists/knownSession.js'

// Lists of sessions in the token store, so that those of one user, or those that a provider calls by a name, can be ended at once.

type Change = (sessions: KnownSession[]) => KnownSession[]

async function changeList({ records }: Engine, name: string, change: Change): Promise<void> {
  await records?.('sessions').change(name, (list) => ({ version: 1, sessions: change(sessionsIn(list)) }))
}

async function readList({ records }: Engine, name: string): Promise<KnownSession[]> {
  return sessionsIn(await records?.('sessions').read(name))
}

function namesOf({ users, providers }: ListedSession): string[] {
  return [...users, ...providers]
}

/** Remembers a session that has just begun, or has other accounts now. */
export async function noteSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = engine.records && listedSession(record, needsMarks(engine))
  if (!session) return
  const { known, users, providers } = session
  const lists = namesOf(session)
  await Promise.all([
    ...users.map((name) => noteIn(engine, name, providers.length === 0 ? known : { ...known, lists: providers })),
    ...providers.map((name) =>
      noteIn(engine, name, { ...known, lists: lists.filter((other) => other !== name), user: digestOf(engine, record.current) }),
    ),
  ])
}

async function noteIn(engine: Engine, name: string, known: KnownSession): Promise<void> {
  let surplus: KnownSession[] = []
  await changeList(engine, name, (sessions) => {
    const all = [...sessions.filter((session) => sessionId(session) !== sessionId(known)), known]
    const kept = all.slice(-roomFor(all))
    surplus = all.slice(0, -kept.length)
    return kept
  })
  for (const { tokenRecord, salt } of surplus) {
    if (salt !== undefined) engine.background(markSalt(engine, salt))
    if (tokenRecord !== undefined) engine.background(removeAt(engine, tokenRecord))
  }
}

/**
 * Forgets a session that has ended.
 * @param stays the session that took its place
 */
export async function dropSession(engine: Engine, record: SessionRecord, stays?: SessionRecord): Promise<void> {
  const session = listedSession(record, needsMarks(engine))
  if (!session) return
  const next = stays && listedSession(stays, needsMarks(engine))
  const kept = next && sessionId(next.known) === sessionId(session.known) ? namesOf(next) : []
  const left = namesOf(session).filter((name) => !kept.includes(name))
  await dropFrom(engine, left, [session.known])
}

/** Takes these sessions and no others out of lists: one that began meanwhile stays. */
async function dropFrom(engine: Engine, names: readonly string[], ended: readonly KnownSession[]): Promise<void> {
  const ids = new Set(ended.map(sessionId))
  await Promise.all(names.map((name) => changeList(engine, name, (sessions) => sessions.filter((session) => !ids.has(sessionId(session))))))
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
  const names = userKeys.map(sha256)
  const lists = await Promise.all(names.map((name) => readList(engine, name)))
  const sessions = await endAll(engine, lists.flat(), () => true)
  const own = names.filter((_name, index) => lists[index]?.length)
  await dropFrom(engine, [...new Set([...own, ...otherLists(sessions)])], sessions)
  engine.log('info', { event: 'logout_everywhere' })
  return sessions.length
}

/**
 * Ends the sessions that a provider calls by a name, in all browsers and processes, at the next request of each.
 * @param name of a list, as `providerNames` makes them
 * @returns the sessions that there were
 * @throws AuthError `store_unavailable`
 */
export async function endNamed(engine: Engine, name: string, mayRevoke: MayRevoke): Promise<KnownSession[]> {
  const sessions = await endAll(engine, await readList(engine, name), mayRevoke)
  if (sessions.length > 0) await dropFrom(engine, [...new Set([name, ...otherLists(sessions)])], sessions)
  return sessions
}

function otherLists(sessions: readonly KnownSession[]): string[] {
  return sessions.flatMap(({ lists = [] }) => lists)
}

async function endAll(engine: Engine, listed: readonly KnownSession[], mayRevoke: MayRevoke): Promise<KnownSession[]> {
  const sessions = [...new Map(listed.map((session) => [sessionId(session), session])).values()]
  await Promise.all(sessions.map((session) => endKnown(engine, session, mayRevoke)))
  return sessions
}
