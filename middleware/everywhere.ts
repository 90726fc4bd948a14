import { AuthError } from '../lib/errors.js'
import { isObject } from '../lib/json.js'
import { sha256 } from '../lib/random.js'
import { largestSealed } from '../lib/seal.js'
import { fromStore } from '../lib/storeDeadline.js'
import type { TokenStore } from '../lib/tokenStore.js'
import type { Engine } from './engine.js'
import type { SessionRecord } from './session.js'
import { revokeInBackground } from './tokens/forget.js'
import { readSealed, recordLifetime, storeKey, vaultAt } from './tokens/places.js'
import { contextOf, placeOfJobs } from './visit.js'

/** Sessions of one person that are remembered at most; the oldest are ended when there are more. */
const mostSessions = 500
/** Bytes of the list besides its sessions. */
const frame = 64
/** Attempts to change a list that other processes change at the same time. */
const attempts = 20

/** One session, by the record that holds its tokens: without the record the session has ended. */
interface KnownSession { slug: string; vault: string }

/** The sessions of one person, so that all of them can be ended at once. Needs a token store. */
async function changeSessions(engine: Engine, userKey: string, change: (sessions: KnownSession[]) => KnownSession[]): Promise<void> {
  const { tokenStore: store } = engine.settings
  if (!store) return
  const key = storeKey(engine.settings, 'sessions', sha256(userKey))
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { sessions, version } = await readSessions(engine, store, key)
    const sealed = engine.sealer.seal('session', key, { version: 1, sessions: change(sessions) })
    if (await fromStore(() => store.set(key, sealed, { version, ttl: recordLifetime(engine) }))) return
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * 20) })
  }
  throw new AuthError('store_unavailable', 'The list of sessions changes too fast to be kept.')
}

async function readSessions(engine: Engine, store: TokenStore, key: string): Promise<{ sessions: KnownSession[]; version: number }> {
  const { value, version } = await readSealed(engine, store, key)
  const list: unknown[] = isObject(value) && Array.isArray(value['sessions']) ? value['sessions'] : []
  return { sessions: list.filter(isKnownSession), version }
}

function isKnownSession(value: unknown): value is KnownSession {
  return isObject(value) && typeof value['slug'] === 'string' && typeof value['vault'] === 'string'
}

function sessionOf({ current, accounts }: SessionRecord): { userKey: string; known: KnownSession } | undefined {
  const account = accounts[current]
  return account?.vault === undefined ? undefined : { userKey: account.user.key, known: { slug: current, vault: account.vault } }
}

/** How many of these sessions one sealed list holds: fewer where their names are long. */
function roomFor(sessions: readonly KnownSession[]): number {
  const longest = Math.max(...sessions.map((session) => Buffer.byteLength(JSON.stringify(session)) + 1))
  return Math.min(mostSessions, Math.floor((largestSealed - frame) / longest))
}

/** Remembers a session that has just begun. */
export async function noteSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (!session) return
  const surplus: KnownSession[] = []
  await changeSessions(engine, session.userKey, (sessions) => {
    const all = [...sessions, session.known]
    const kept = all.slice(-roomFor(all))
    surplus.splice(0, surplus.length, ...all.slice(0, -kept.length))
    return kept
  })
  for (const { vault } of surplus) engine.background(Promise.resolve(vaultAt(engine, vault)?.remove()))
}

/** Forgets a session that has ended. */
export async function dropSession(engine: Engine, record: SessionRecord): Promise<void> {
  const session = sessionOf(record)
  if (session) await changeSessions(engine, session.userKey, (sessions) => sessions.filter(({ vault }) => vault !== session.known.vault))
}

/**
 * Ends every session of a person, in all browsers and processes, at the next request of each; their tokens are revoked as at a sign-out.
 *
 * @param userKey `authUser.key`
 * @returns how many sessions there were
 * @throws AuthError `config_invalid` without a token store of the router's own, `store_unavailable`
 */
export async function endEverywhere(engine: Engine, userKey: string): Promise<number> {
  const { tokenStore: store, fetchToken, revokeOnLogout } = engine.settings
  if (!store || fetchToken) {
    throw new AuthError('config_invalid', 'Signing out everywhere needs the option tokenStore (and tokens kept in it, not in a table read by fetchToken): it knows a person\'s sessions.')
  }
  const key = storeKey(engine.settings, 'sessions', sha256(userKey))
  const { sessions } = await readSessions(engine, store, key)
  await Promise.all(sessions.map(async ({ slug, vault: name }) => {
    const vault = vaultAt(engine, name)
    const kept = revokeOnLogout ? await vault?.read() : undefined
    await vault?.remove()
    const registration = engine.registrations().find((candidate) => candidate.slug === slug)
    if (kept && registration) revokeInBackground(engine, contextOf(engine, registration, placeOfJobs(engine)), kept.tokens)
  }))
  await fromStore(() => store.delete(key))
  engine.log('info', { event: 'logout_everywhere' })
  return sessions.length
}
