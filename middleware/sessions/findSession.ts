import type { Awaitable } from '../../lib/base/awaitable.js'
import { AuthError } from '../../lib/base/errors.js'
import { markSession, sessionMark } from '../core/endedSessions.js'
import type { Engine, MountOptions } from '../core/engine.js'
import { doubtOf, type RequestContext } from '../core/requestContext.js'
import type { ResolvedSession, SessionRecord, SessionWriter } from '../core/sessionRecord.js'
import { cookiePrefix } from '../http/cookies.js'
import type { HostRequest, HostSession, RequestSession, SaveGuard } from '../http/host.js'
import { cookieSession, mayHoldSession, readCookies, sessionCookieName } from './cookieSession.js'
import { carryOverOf, hostSession, isEmptySession, nothingToCarry, readHostSession, readRequestSession, sessionKey } from './hostSession.js'
import { missingSession, requestSessions, UnavailableSession } from './requestSessions.js'
import { type SealSession, sealSession } from './sealedSession.js'
import { type OpenSession, sessionCache } from './sessionCache.js'
import { unlessEnded } from './unlessEnded.js'

/** Finds where the state of a request lives; `withoutSession` is where it lives when no session is there. */
export interface SessionFinder {
  (request: RequestContext): Awaitable<ResolvedSession>
  withoutSession: (request: RequestContext) => ResolvedSession
  /**
   * Whether a look at the request alone tells that nobody is signed in.
   * @param hasSession whether a session middleware has left a session on it
   * @param cookie the header
   */
  isStranger: (hasSession: boolean, cookie: string | undefined) => boolean
}

/** By the option `session`: the application's own, one mounted here, what another middleware left on the request, or a sealed cookie. */
export function sessionFinder(engine: Engine, mountSession: MountSession): SessionFinder {
  const { settings } = engine
  const { session: setting } = settings
  const sealed = sealedSessions(engine)
  const expected = requestSessions(setting === 'request')
  const find: (request: RequestContext) => Awaitable<ResolvedSession> =
    typeof setting === 'function'
      ? ({ host }) => new OwnSession(setting(host.native, host.nativeResponse), sealed)
      : typeof setting === 'object'
        ? mountedFinder(mountSession(engine, setting), sealed)
        : (request) => {
            const session = request.host.session()
            if (!session) return withoutSession(request)
            expected.note(request.host)
            return new MiddlewareSession(request, session, sealed)
          }
  return Object.assign(find, {
    withoutSession,
    isStranger: (hasSession: boolean, cookie: string | undefined) =>
      (setting === undefined || setting === 'request')
      && !hasSession
      && !(expected.isExpected() ? expected.isCarried(cookie) : mayHoldSession(cookie, sealed.cookie)),
  })

  function withoutSession(request: RequestContext): ResolvedSession {
    return expected.isExpected()
      ? new UnavailableSession(missingSession(), expected.isCarried(request.host.header('cookie')))
      : new CookieSession(request, sealed)
  }
}

/** Makes what runs the host's session middleware, with the application's store, before a request is looked at. */
export type MountSession = (engine: Engine, options: MountOptions) => RunSession

/**
 * @param secure whether the application is reached by https
 * @throws AuthError `store_unavailable`
 */
export type RunSession = (host: HostRequest, secure: boolean) => Promise<void>

function mountedFinder(run: RunSession, sealed: SealedSessions): (request: RequestContext) => Promise<ResolvedSession> {
  return async (request) => {
    const {
      host,
      publicUrl: { secure },
    } = request
    if (host.session())
      throw new AuthError(
        'config_invalid',
        'There is a session middleware before authRouter already: remove it, or leave the option session out.',
      )
    try {
      await run(host, secure)
    } catch (error) {
      return new UnavailableSession(doubtOf(error), true)
    }
    const session = host.session()
    // express-session goes on without a session while its store is disconnected; a cookie instead could not be taken back.
    return session ? new MiddlewareSession(request, session, sealed) : new UnavailableSession(missingSession(), true)
  }
}

/** What sessions of every kind are sealed, opened and named with. */
interface SealedSessions {
  engine: Engine
  open: OpenSession
  /** Name of the cookie, but for its prefix. */
  cookie: string
  markOf: SaveGuard['markOf']
}

function sealedSessions(engine: Engine): SealedSessions {
  return {
    engine,
    open: sessionCache(engine.sealer),
    cookie: sessionCookieName(cookiePrefix(engine.settings.appId)),
    markOf: (sessionId) => sessionMark(engine, sessionId),
  }
}

// Classes, because V8 comes to put literals that every request makes among its old objects, which keeps all that they hold, the request
// with its parsed session, from being cleared away soon: measured as a tenth of what a request costs.

/** The session that a middleware left on the request. */
class MiddlewareSession implements ResolvedSession {
  readonly #request: RequestContext
  readonly #session: RequestSession
  readonly #sealed: SealedSessions

  constructor(request: RequestContext, session: RequestSession, sealed: SealedSessions) {
    this.#request = request
    this.#session = session
    this.#sealed = sealed
  }

  get isEmpty(): boolean {
    return isEmptySession(this.#session)
  }
  get hostSession(): HostSession {
    return this.#session.hostSession
  }

  read(): SessionRecord | undefined {
    const {
      engine: { ended },
      open,
      markOf,
    } = this.#sealed
    const session = this.#session
    const record = readRequestSession(session, this.#request.host.sessionId, open)
    if (!record) return undefined
    session.guardSaves({ salt: record.salt, ended, markOf })
    if (session.mayBeSentAgain)
      unlessEnded(this.#request, ended, record.salt, () => {
        session.takeBack(sessionKey)
      })
    return record
  }

  store(): SessionWriter {
    const { engine } = this.#sealed
    const { host, stored } = this.#request
    // Without an id of its own it is not in a store, but in cookies.
    const home = this.hostSession.id ? 'store' : 'session'
    const seal: SealSession = (recordName, record) => sealSession(engine, home, recordName, record)
    const { keep, transactions } = engine.settings
    const writer = hostSession(this.hostSession, seal, carryOverOf(this.#session, keep), engine.now, transactions === 'session')
    return stored ? leavingMarks(writer, () => markSession(engine, host)) : writer
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
  readonly hostSession: HostSession
  readonly #sealed: SealedSessions

  constructor(session: HostSession, sealed: SealedSessions) {
    this.hostSession = session
    this.#sealed = sealed
  }

  read(): Promise<SessionRecord | undefined> {
    return readHostSession(this.hostSession, this.#sealed.open)
  }

  store(): SessionWriter {
    const { engine } = this.#sealed
    return hostSession(
      this.hostSession,
      (recordName, record) => sealSession(engine, 'session', recordName, record),
      nothingToCarry,
      engine.now,
      engine.settings.transactions === 'session',
    )
  }
}

/** The sealed cookie of an application without sessions. */
class CookieSession implements ResolvedSession {
  readonly hostSession = undefined
  readonly #request: RequestContext
  readonly #sealed: SealedSessions

  constructor(request: RequestContext, sealed: SealedSessions) {
    this.#request = request
    this.#sealed = sealed
  }

  get isEmpty(): boolean {
    return !mayHoldSession(this.#request.host.header('cookie'), this.#sealed.cookie)
  }
  read(): SessionRecord | undefined {
    return readCookies(this.#request.cookies, this.#sealed.cookie, this.#sealed.open)
  }

  store(): SessionWriter {
    const { engine, cookie } = this.#sealed
    const request = this.#request
    return cookieSession(
      request.cookies,
      (recordName, record) => sealSession(engine, 'cookies', recordName, record),
      cookie,
      engine.now,
      (salt, takeBack) => {
        unlessEnded(request, engine.ended, salt, takeBack)
      },
    )
  }
}
