import type { Awaitable } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { doubtOf } from '../core/doubt.js'
import type { Engine, MountedSession } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import type { ResolvedSession, SessionBag, SessionRecord, SessionWriter } from '../core/sessionRecord.js'
import { cookiePrefix } from '../http/cookies.js'
import type { Request, Response } from '../http/host.js'
import { markSession } from '../tokens/sessionStoreRecords.js'
import { cookieSession, maySendSealedSession, readCookies, sessionCookieName } from './cookieSession.js'
import { guardedSaves } from './guardedSaves.js'
import { hostSession, carryOverOf, hasSession, isEmptySession, mayBeSentAgain, nothingToCarry, readBag, readSession, requestBag, sessionKey } from './hostSession.js'
import { missingSession, requestSessions, UnavailableSession } from './requestSessions.js'
import { sealSession } from './sealedSession.js'
import { type OpenSession, sessionCache } from './sessionCache.js'
import { unlessEnded } from './unlessEnded.js'

/** Finds where the state of a request lives; `withoutSession` is where it lives when no session is there. */
export interface SessionFinder {
  (request: RequestContext): Awaitable<ResolvedSession>
  withoutSession: (request: RequestContext) => ResolvedSession
  /** Whether a look at the request alone tells that nobody is signed in. */
  isStranger: (req: Request) => boolean
}

/** By the option `session`: the application's own, one mounted here, what another middleware left on the request, or a sealed cookie. */
export function sessionFinder(engine: Engine, mountSession: MountSession): SessionFinder {
  const { settings } = engine
  const { session: setting } = settings
  const sealed = sealedSessions(engine)
  const expected = requestSessions(setting === 'request')
  const find: (request: RequestContext) => Awaitable<ResolvedSession> = typeof setting === 'function'
    ? ({ req, res }) => new OwnSession(setting(req, res), sealed)
    : typeof setting === 'object'
      ? mountedFinder(mountSession(engine, setting), sealed)
      : (request) => {
          if (!hasSession(request.req)) return withoutSession(request)
          expected.note(request.req)
          return new RequestSession(request, sealed)
        }
  return Object.assign(find, {
    withoutSession,
    isStranger: (req: Request) => (setting === undefined || setting === 'request') && !req.session
      && !(expected.isMissing(req) ? expected.isCarried(req) : maySendSealedSession(req, sealed.cookie)),
  })

  function withoutSession(request: RequestContext): ResolvedSession {
    return expected.isMissing(request.req) ? new UnavailableSession(missingSession(), expected.isCarried(request.req)) : new CookieSession(request, sealed)
  }
}

/** Makes what runs express-session with the application's store before a request is looked at. */
export type MountSession = (engine: Engine, options: MountedSession) => RunSession

/**
 * @param secure whether the application is reached by https
 * @throws AuthError `store_unavailable`
 */
export type RunSession = (req: Request, res: Response, secure: boolean) => Promise<void>

function mountedFinder(run: RunSession, sealed: SealedSessions): (request: RequestContext) => Promise<ResolvedSession> {
  return async (request) => {
    const { req, res, place: { secure } } = request
    if (req.session) throw new AuthError('config_invalid', 'There is a session middleware before authRouter already: remove it, or leave the option session out.')
    try {
      await run(req, res, secure)
    } catch (error) {
      return new UnavailableSession(doubtOf(error), true)
    }
    // express-session goes on without a session while its store is disconnected; a cookie instead could not be taken back.
    return hasSession(req) ? new RequestSession(request, sealed) : new UnavailableSession(missingSession(), true)
  }
}

/** What sessions of every kind are sealed, opened and named with. */
interface SealedSessions {
  engine: Engine
  open: OpenSession
  /** Name of the cookie, but for its prefix. */
  cookie: string
  /** See `guardedSaves`. */
  guardSaves: ReturnType<typeof guardedSaves>
}

function sealedSessions(engine: Engine): SealedSessions {
  return { engine, open: sessionCache(engine.sealer), cookie: sessionCookieName(cookiePrefix(engine.settings.appId)), guardSaves: guardedSaves(engine) }
}

// Classes, because V8 comes to put literals that every request makes among its old objects, which keeps all that they hold, the request
// with its parsed session, from being cleared away soon: measured as a tenth of what a request costs.

/** The session that a middleware left on the request. */
class RequestSession implements ResolvedSession {
  readonly #request: RequestContext
  readonly #sealed: SealedSessions
  #bag: SessionBag | undefined

  constructor(request: RequestContext, sealed: SealedSessions) {
    this.#request = request
    this.#sealed = sealed
  }

  get isEmpty(): boolean { return isEmptySession(this.#request.req) }
  get bag(): SessionBag { return this.#bag ??= requestBag(this.#request.req) }

  read(): SessionRecord | undefined {
    const { req } = this.#request
    const { engine: { ended }, open, guardSaves } = this.#sealed
    const record = readSession(req, open)
    if (!record) return undefined
    guardSaves(req, record.salt)
    if (mayBeSentAgain(req)) unlessEnded(this.#request, ended, record.salt, () => { this.#takeBack() })
    return record
  }

  /** The response says nothing of its session. */
  #takeBack(): void {
    const { session } = this.#request.req
    if (this.bag.abandon) this.bag.abandon()
    // cookie-session asks the session itself whether there is anything to send.
    else if (isObject(session) && 'isChanged' in session) Object.defineProperty(session, 'isChanged', { value: false })
    else void this.bag.delete(sessionKey)
  }

  store(): SessionWriter {
    const { engine } = this.#sealed
    // Without an id of its own it is not in a store, but in cookies.
    const home = this.bag.id ? 'store' : 'session'
    const { req, stored } = this.#request
    const writer = hostSession(this.bag, (place, record) => sealSession(engine, home, place, record), carryOverOf(req, engine.settings.keep), engine.now)
    return stored ? leavingMarks(writer, () => markSession(engine, req)) : writer
  }
}

/** Says that a session is about to end before it does, for requests of other processes that are just writing it. */
function leavingMarks(writer: SessionWriter, mark: () => Promise<void>): SessionWriter {
  return {
    ...writer,
    async start(record, previous) {
      await mark()
      await writer.start(record, previous)
    },
    async end() {
      await mark()
      await writer.end()
    },
  }
}

/** A session that the application hands over, and whose own data authrouter does not see. */
class OwnSession implements ResolvedSession {
  readonly isEmpty = false
  readonly bag: SessionBag
  readonly #sealed: SealedSessions

  constructor(bag: SessionBag, sealed: SealedSessions) {
    this.bag = bag
    this.#sealed = sealed
  }

  read(): Awaitable<SessionRecord | undefined> { return readBag(this.bag, this.#sealed.open) }

  store(): SessionWriter {
    const { engine } = this.#sealed
    return hostSession(this.bag, (place, record) => sealSession(engine, 'session', place, record), nothingToCarry, engine.now)
  }
}

/** The sealed cookie of an application without sessions. */
class CookieSession implements ResolvedSession {
  readonly bag = undefined
  readonly #request: RequestContext
  readonly #sealed: SealedSessions

  constructor(request: RequestContext, sealed: SealedSessions) {
    this.#request = request
    this.#sealed = sealed
  }

  get isEmpty(): boolean { return !maySendSealedSession(this.#request.req, this.#sealed.cookie) }
  read(): SessionRecord | undefined { return readCookies(this.#request.cookies, this.#sealed.cookie, this.#sealed.open) }

  store(): SessionWriter {
    const { engine, cookie } = this.#sealed
    const request = this.#request
    return cookieSession(request.cookies, (place, record) => sealSession(engine, 'cookies', place, record), cookie, engine.now, (salt, takeBack) => { unlessEnded(request, engine.ended, salt, takeBack) })
  }
}
