import type { Keep } from '../../lib/config/settings.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { HostSession, RequestSession } from '../http/host.js'
import type { OpenSession } from './sessionCache.js'
import type { SealSession } from './sealedSession.js'
import { transactionsKey, type SessionRecord, type SessionWriter } from '../core/sessionRecord.js'

/** Under what the signed-in state stands in a session. */
export const sessionKey = 'authrouter'
const key = sessionKey

/**
 * Keeps the signed-in state, sealed, under one key of a session that exists already.
 *
 * @param carryOver moves the application's own data to the session of the new id
 * @param now milliseconds since 1970
 * @param holdsLogins whether the logins under way stand in it too
 */
export function hostSession(
  session: HostSession,
  seal: SealSession,
  carryOver: CarryOver,
  now: () => number,
  holdsLogins: boolean,
): SessionWriter {
  const write = async (record: SessionRecord): Promise<void> => {
    await callStore(async () => {
      if (record.expiresAt !== undefined) session.last?.(record.expiresAt - now())
      await session.set(key, seal(recordNameOf(session.id?.()), record))
      await session.save()
    })
  }
  const abandon = async (): Promise<void> => {
    try {
      await session.delete(key)
      if (session.abandon) session.abandon()
    } catch {
      // It could not be stored either, so there is nothing to take back.
    }
  }
  return {
    async start(record, previous) {
      // A record that is there but has ended, or cannot be read any more, was somebody's: what it stood beside is not an anonymous visitor's.
      const wasSomebody = previous !== undefined || (await callStore(() => session.get(key))) !== undefined
      const carried = carryOver(!wasSomebody ? 'anonymous' : previous?.loginKey === record.loginKey ? 'same' : 'other')
      // Other tabs of this browser may have logins under way.
      const underWay = holdsLogins
        ? await callStore(() => (session.latest ? session.latest(transactionsKey) : session.get(transactionsKey)))
        : undefined
      await callStore(() => session.regenerate?.())
      carried.putBack()
      try {
        if (underWay !== undefined) await callStore(() => session.set(transactionsKey, underWay))
        await write(record)
      } catch (error) {
        // The session middleware saves once more when the answer ends: what could not be stored must not be there by then.
        await abandon()
        throw error
      }
    },
    save: write,
    adopt(record) {
      // The session that the other response carries must not be followed by the old one.
      if (session.abandon) session.abandon()
      // A session with a new id leaves nothing under the old one.
      else if (!session.regenerate) void session.set(key, seal(recordNameOf(session.id?.()), record))
    },
    async end() {
      const carried = carryOver('logout')
      if (carried.isEmpty && session.destroy) {
        await callStore(() => session.destroy?.())
        return
      }
      await callStore(() => (session.regenerate ? session.regenerate() : session.delete(key)))
      carried.putBack()
      await callStore(() => session.save())
    },
  }
}

/** Reads the signed-in state of any session. */
export async function readHostSession(session: HostSession, open: OpenSession): Promise<SessionRecord | undefined> {
  return opened(await callStore(() => session.get(key)), session.id?.(), open)
}

/** Reads it from the session that a middleware left on the request. */
export function readRequestSession(session: RequestSession, id: string | undefined, open: OpenSession): SessionRecord | undefined {
  return opened(session.value(key), id, open)
}

/** Whether the session that a middleware left on the request holds no signed-in state. */
export function isEmptySession(session: RequestSession): boolean {
  return session.value(key) === undefined
}

function opened(text: unknown, id: string | undefined, open: OpenSession): SessionRecord | undefined {
  return typeof text === 'string' ? open(recordNameOf(id), text) : undefined
}

// A store that gives another's record must not sign anybody in.
function recordNameOf(id: string | undefined): string {
  return id === undefined ? key : `${key}:${id}`
}

/** Takes the application's data out of a session that is about to be replaced, and puts back what may stay. */
export type CarryOver = (change: 'anonymous' | 'same' | 'other' | 'logout') => { isEmpty: boolean; putBack: () => void }

/** For sessions whose data authrouter does not see. */
export const nothingToCarry: CarryOver = () => ({ isEmpty: true, putBack: () => undefined })

// Our own bookkeeping, and what another package keeps of its own sign-ins.
const neverCarried = /^(?:authrouter|passport$)/

/** Rule R3: what of the application's data survives when the session gets a new id. */
export function carryOverOf(session: RequestSession, keep: Required<Keep>): CarryOver {
  return (change) => {
    const kept = Object.entries(session.data()).filter(([name]) => survives(name, change, keep))
    return {
      isEmpty: kept.length === 0,
      putBack: () => {
        session.replaceData(Object.fromEntries(kept))
      },
    }
  }
}

function survives(name: string, change: Parameters<CarryOver>[0], keep: Required<Keep>): boolean {
  if (neverCarried.test(name)) return false
  switch (change) {
    case 'anonymous':
      return !keep.dropOnLogin.includes(name)
    case 'same':
      return true
    case 'other':
      return keep.keepAcrossUsers.includes(name)
    case 'logout':
      return keep.keepOnLogout.includes(name)
  }
}
