import { withValue, type Awaitable } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import type { Keep } from '../../lib/config/settings.js'
import { askStore, callStore } from '../../lib/stores/callStore.js'
import type { Request } from '../http/host.js'
import type { OpenSession } from './sessionCache.js'
import type { SealSession } from './sealedSession.js'
import { transactionsKey, type SessionBag, type SessionRecord, type SessionWriter } from '../core/sessionRecord.js'
import { called } from '../http/storeCallback.js'

/** Under what the signed-in state stands in a session. */
export const sessionKey = 'authrouter'
const key = sessionKey

/**
 * Keeps the signed-in state, sealed, under one key of a session that exists already.
 *
 * @param carryOver moves the application's own data of the session to the renewed one
 * @param now milliseconds since 1970
 */
export function hostSession(bag: SessionBag, seal: SealSession, carryOver: CarryOver, now: () => number): SessionWriter {
  const write = async (record: SessionRecord): Promise<void> => {
    await callStore(async () => {
      if (record.expiresAt !== undefined) bag.last?.(record.expiresAt - now())
      await bag.set(key, seal(placeIn(bag.id?.()), record))
      await bag.save()
    })
  }
  const abandon = async (): Promise<void> => {
    try {
      await bag.delete(key)
      if (bag.abandon) bag.abandon()
    } catch {
      // It could not be stored either, so there is nothing to take back.
    }
  }
  return {
    async start(record, previous) {
      // A record that is there but has ended, or cannot be read any more, was somebody's: what it stood beside is not an anonymous visitor's.
      const wasSomebody = previous !== undefined || await callStore(() => bag.get(key)) !== undefined
      const carried = carryOver(!wasSomebody ? 'anonymous' : previous && userKey(previous) === userKey(record) ? 'same' : 'other')
      // Other tabs of this browser may have logins under way.
      const underWay = await callStore(() => bag.latest ? bag.latest(transactionsKey) : bag.get(transactionsKey))
      await callStore(() => bag.regenerate?.())
      carried.putBack()
      try {
        if (underWay !== undefined) await callStore(() => bag.set(transactionsKey, underWay))
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
      if (bag.abandon) bag.abandon()
      // A session whose id has been renewed leaves nothing under the old one.
      else if (!bag.regenerate) void bag.set(key, seal(placeIn(bag.id?.()), record))
    },
    async end() {
      const carried = carryOver('logout')
      if (carried.isEmpty && bag.destroy) {
        await callStore(() => bag.destroy?.())
        return
      }
      await callStore(() => bag.regenerate ? bag.regenerate() : bag.delete(key))
      carried.putBack()
      await callStore(() => bag.save())
    },
  }
}

/** Reads the signed-in state of any session. */
export function readBag(bag: SessionBag, open: OpenSession): Awaitable<SessionRecord | undefined> {
  return withValue(askStore(() => bag.get(key)), (text) => opened(text, bag.id?.(), open))
}

/** Reads it from the session that a middleware left on the request. */
export function readSession(req: Request, open: OpenSession): SessionRecord | undefined {
  return opened(textOn(req), req.sessionID, open)
}

/**
 * Whether the response may carry the session's cookie although nothing signs in: one that ends at a time is sent again when the session
 * changes, and cookie-session has no other place for it.
 */
export function mayBeSentAgain({ session, sessionID }: Request): boolean {
  return sessionID === undefined || (session as PlainSession).cookie?.expires instanceof Date
}

/** Whether the session that a middleware left on the request holds no signed-in state. */
export function isEmptySession(req: Request): boolean {
  return textOn(req) === undefined
}

function textOn(req: Request): unknown {
  return (req.session as PlainSession | undefined)?.[key]
}

function opened(text: unknown, id: string | undefined, open: OpenSession): SessionRecord | undefined {
  return typeof text === 'string' ? open(placeIn(id), text) : undefined
}

// A store that gives another's record must not sign anybody in.
function placeIn(id: string | undefined): string {
  return id === undefined ? key : `${key}:${id}`
}

function userKey({ accounts, current }: SessionRecord): string | undefined {
  return accounts[current]?.user.key
}

/** Takes the application's data out of a session that is about to be replaced, and puts back what may stay. */
export type CarryOver = (change: 'anonymous' | 'same' | 'other' | 'logout') => { isEmpty: boolean; putBack: () => void }

/** For sessions whose data authrouter does not see. */
export const nothingToCarry: CarryOver = () => ({ isEmpty: true, putBack: () => undefined })

/** Whether a middleware has left a session on the request. */
export function hasSession({ session }: Request): boolean {
  return typeof session === 'object' && session !== null
}

interface PlainSession {
  [name: string]: unknown
  regenerate?: (done: (error?: unknown) => void) => unknown
  destroy?: (done: (error?: unknown) => void) => unknown
  save?: (done: (error?: unknown) => void) => unknown
  cookie?: { secure?: boolean | undefined; maxAge?: number | null | undefined; expires?: unknown }
}

/** The session that a middleware left at `req.session`: express-session, cookie-session, or one that looks like them. */
export function requestBag(req: Request): SessionBag {
  const session = (): PlainSession => (req.session ?? {}) as PlainSession
  const { regenerate, save, destroy } = session()
  return {
    get: (name) => session()[name],
    set: (name, value) => { session()[name] = value },
    delete: (name) => { Reflect.deleteProperty(session(), name) },
    save: async () => {
      requireSendableCookie(req, session())
      // cookie-session writes itself when the response begins.
      if (typeof save === 'function') await called((done) => session().save?.(done))
    },
    // cookie-session is ended by taking it away.
    destroy: typeof destroy === 'function' ? () => called((done) => session().destroy?.(done)) : () => { req.session = null },
    last: (milliseconds) => {
      const { cookie } = session()
      if (cookie) cookie.maxAge = milliseconds
    },
    ...(typeof req.sessionID === 'string' ? { id: () => req.sessionID } : {}),
    ...(req.sessionStore ? { latest: (name: string) => storedValue(req, name) } : {}),
    // express-session neither saves nor sends a cookie for a request without a session.
    ...(typeof regenerate === 'function' ? { abandon: () => { req.session = undefined } } : {}),
    ...(typeof regenerate === 'function' ? { regenerate: () => called((done) => session().regenerate?.(done)) } : {}),
  }
}

// express-session leaves a secure cookie out without a word when it takes the connection for plain http.
function requireSendableCookie(req: Request, { cookie }: PlainSession): void {
  const isEncrypted = 'encrypted' in req.socket && req.socket.encrypted === true
  if (cookie?.secure === true && !isEncrypted && req.secure === false) {
    throw new AuthError('config_invalid', 'The session cookie is marked secure, but this request does not look encrypted, so the cookie would not '
      + 'be sent. Behind a TLS proxy, call app.set(\'trust proxy\', 1).')
  }
}

async function storedValue({ sessionStore, sessionID }: Request, name: string): Promise<unknown> {
  const stored = await called((done) => { sessionStore?.get(sessionID ?? '', done) })
  return isObject(stored) ? stored[name] : undefined
}

// Their own bookkeeping, and what another package keeps of its own sign-ins.
const neverCarried = /^(?:authrouter|cookie$|passport$)/

/** Rule R3: what of the application's data survives when the session is renewed. */
export function carryOverOf(req: Request, keep: Required<Keep>): CarryOver {
  return (change) => {
    const before = (req.session ?? {}) as PlainSession
    const names = Object.keys(before).filter((name) => typeof before[name] !== 'function' && survives(name, change, keep))
    const kept = Object.fromEntries(names.map((name) => [name, before[name]]))
    const putBack = (): void => {
      const after = req.session as PlainSession | null | undefined
      if (!after) return
      for (const name of Object.keys(after)) if (name !== 'cookie' && typeof after[name] !== 'function') Reflect.deleteProperty(after, name)
      Object.assign(after, kept)
    }
    return { isEmpty: names.length === 0, putBack }
  }
}

function survives(name: string, change: Parameters<CarryOver>[0], keep: Required<Keep>): boolean {
  if (neverCarried.test(name)) return false
  switch (change) {
    case 'anonymous': return !keep.dropOnLogin.includes(name)
    case 'same': return true
    case 'other': return keep.keepAcrossUsers.includes(name)
    case 'logout': return keep.keepOnLogout.includes(name)
  }
}
