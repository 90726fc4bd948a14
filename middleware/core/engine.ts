import { EventEmitter } from 'node:events'
import type { Awaitable } from '../../lib/base/awaitable.js'
import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { createSealer, type Sealer } from '../../lib/base/seal.js'
import { withTimeout } from '../../lib/base/timeout.js'
import { noteCallbackPath } from '../../lib/config/entries/callbackUrls.js'
import type { Settings } from '../../lib/config/settings.js'
import { createHttp, type WaysOut } from '../../lib/http/http.js'
import type { Chooser, Registration } from '../../lib/model/context.js'
import type { Connections, Http, HttpStream } from '../../lib/model/http.js'
import type { AuthUser } from '../../lib/model/user.js'
import { signsInByHeader } from '../../lib/protocols/headerJwt/signsInByHeader.js'
import { createRefresher, type Refresher } from '../../lib/refresh/refresher.js'
import type { KeptTokens } from '../../lib/tokens/tokenRecord.js'
import type { HostRequest, HostSession, Native } from '../http/host.js'
import { CallbackRuns } from './callbackRuns.js'
import { endedSessions, type EndedSessions } from './endedSessions.js'
import { recordLifetime } from './expiry.js'
import { callHook } from './hooks.js'
import { onceOnly } from './once/onceOnly.js'
import { createLog, failureEvent, type Log } from './logging.js'
import { type RecordKind, sealedRecords, type SealedRecords } from './sealedRecords.js'

/** What `session` may be: nothing, a session middleware's that runs before, options for one that the host mounts, or a function that finds the application's own. */
export type SessionSetting = 'request' | MountOptions | ((req: Native, res: Native) => HostSession)

/** A store for the session middleware that the host mounts, and further options of it. */
export interface MountOptions {
  store: object
  [option: string]: unknown
}

/** What listeners of `auth.on` are given. */
export interface AuthEvents {
  login: [{ user: AuthUser; provider: string }]
  /** An account was added to the signed-in user. */
  link: [{ user: AuthUser; account: AuthUser; provider: string }]
  logout: [{ user: AuthUser; provider: string }]
  /** Tokens were refreshed. The user is absent for an application's own tokens, and known in part where sealed credentials were used. */
  token_update: [{ user: Partial<AuthUser> | undefined; provider: string }]
  /** A request failed; or a provider refused to refresh the tokens of a user's account, which then is named. */
  error: [{ error: AuthError; provider: string | undefined; user?: Partial<AuthUser> }]
}

/** What all requests of one router share. */
export interface Engine {
  settings: Settings<Native, SessionSetting>
  sealer: Sealer
  http: Http
  openStream: HttpStream
  connections: Connections
  /** The ways out for entries that may lead to public addresses only. */
  publicWays: WaysOut
  /** Milliseconds since 1970. */
  now: () => number
  callbackRuns: CallbackRuns
  refresher: Refresher
  ended: EndedSessions
  /** Records of the token store that hold no tokens; absent without one. */
  records: ((kind: RecordKind) => SealedRecords) | undefined
  /** Whether this is the first time that a value is seen, by all processes that share the token store. */
  claimOnce: (value: string, seconds: number) => Promise<boolean>
  /** Tokens of the application itself, where no token store keeps them. */
  ownTokens: Map<string, KeptTokens>
  log: Log
  emit: <Name extends keyof AuthEvents>(name: Name, ...event: AuthEvents[Name]) => void
  on: <Name extends keyof AuthEvents>(name: Name, listener: (...event: AuthEvents[Name]) => void) => void
  /** The entry of a slug, looked up where `providers` is a function. */
  find: (slug: string, host: HostRequest) => Awaitable<Registration | undefined>
  register: (slug: string, entry: Parameters<Settings['register']>[1]) => void
  /** Slugs of the entries whose callback stands at a path of their own, by that path below the base URL. */
  callbackSlugs: ReadonlyMap<string, string>
  /** Slugs of the entries whose callback a handler of the application's answers. */
  ownCallbacks: Set<string>
  /** The entries that headers of requests are looked for by, in the order of the configuration. */
  headerEntries: readonly Registration[]
  /** The registration of what a user chose; the entry itself where it asks nothing, and `undefined` for what it does not allow. */
  choose: (
    entry: Registration,
    given: Readonly<Record<string, string>> | undefined,
    chooser: Chooser,
  ) => Awaitable<Registration | undefined>
  /** The entry of a slug that was configured or registered, for work that no request asks for. */
  registration: (slug: string) => Registration | undefined
  registrations: () => Registration[]
  /** Work that no visitor waits for; a failure is an event. */
  background: (work: Promise<unknown>) => void
  /** Waits for what is under way, at most ten seconds, then lets go of everything. */
  close: () => Promise<void>
}

/** Milliseconds that `close` waits for what is under way. */
const closeTimeout = 10_000

export function createEngine(settings: Settings<Native, SessionSetting>, now: () => number = () => Date.now()): Engine {
  const registrations = new Map(settings.registrations)
  const callbackSlugs = new Map<string, string>()
  const headerEntries: Registration[] = []
  const note = (registration: Registration): void => {
    noteCallbackPath(callbackSlugs, registration)
    if (signsInByHeader(registration.provider)) headerEntries.push(registration)
  }
  registrations.forEach(note)
  const log = createLog(settings.logger)
  // An asynchronous listener that fails is heard here and not as an unhandled rejection.
  const events = new EventEmitter({ captureRejections: true })
  Object.assign(events, {
    [Symbol.for('nodejs.rejection')]: (thrown: unknown, name: string) => {
      listenerFailed(thrown, name)
    },
  })
  const callbackRuns = new CallbackRuns(now)
  const refresher = createRefresher(now)
  const ownTokens = new Map<string, KeptTokens>()
  const underWay = new Set<Promise<unknown>>()

  function listenerFailed(thrown: unknown, name: string): void {
    const error = asAuthError(thrown, 'hook_failed', 'A listener of the application failed.')
    log('error', { ...failureEvent('listener_failed', error), reason: name })
  }

  const lookUp = async (slug: string, { native }: HostRequest): Promise<Registration | undefined> => {
    const entry = await callHook('providers', () => settings.lookup?.(slug, native))
    return entry && settings.register(slug, entry)
  }

  const sealer = createSealer(settings.secrets, settings.appId)
  const { tokenStore: store } = settings
  const records = store && sealedRecords({ store, sealer, appId: settings.appId, lifetime: () => recordLifetime({ settings }) })
  const waysOut = createHttp(settings.outbound)
  const publicWays = createHttp(settings.outbound, { publicOnly: true })

  return {
    settings,
    sealer,
    records,
    claimOnce: onceOnly(
      records?.('nonce'),
      (message) => {
        log('warn', { event: 'config_warning', message })
      },
      now,
    ),
    ...waysOut,
    publicWays,
    now,
    callbackRuns,
    refresher,
    ended: endedSessions(now, recordLifetime({ settings }) * 1000),
    ownTokens,
    log,
    emit(name, ...event) {
      // An "error" event without a listener would be thrown; a listener that throws is the application's, not the visitor's, problem.
      if (events.listenerCount(name) === 0) return
      try {
        events.emit(name, ...event)
      } catch (thrown) {
        listenerFailed(thrown, name)
      }
    },
    on(name, listener) {
      events.on(name, listener as (...args: unknown[]) => void)
    },
    find(slug, host) {
      const known = registrations.get(slug)
      return known || !settings.lookup ? known : lookUp(slug, host)
    },
    choose(entry, given, chooser) {
      const { ask } = entry
      if (!ask) return entry
      const read = ask.read(given ?? {})
      if (!('chosen' in read)) return undefined
      const { chosen } = read
      const found = ask.isAtHand(chosen)
        ? ask.registrationFor(chosen, chooser)
        : callHook('client', () => ask.registrationFor(chosen, chooser))
      return found instanceof Promise ? found.then((late) => named(late, entry.slug)) : named(found, entry.slug)
    },
    register(slug, entry) {
      if (registrations.has(slug)) throw new AuthError('config_invalid', `The provider "${slug}" is registered already.`)
      const registration = settings.register(slug, entry)
      note(registration)
      registrations.set(slug, registration)
    },
    callbackSlugs,
    headerEntries,
    ownCallbacks: new Set(),
    registration: (slug) => registrations.get(slug),
    registrations: () => [...registrations.values()],
    background(work) {
      const watched = work
        .catch((thrown: unknown) => {
          log('warn', failureEvent('background_failed', asAuthError(thrown, 'hook_failed', 'Work in the background failed.')))
        })
        .finally(() => underWay.delete(watched))
      underWay.add(watched)
    },
    async close() {
      const idle = callbackRuns.settled().then(() => Promise.all([refresher.idle(), ...underWay]))
      await withTimeout(closeTimeout, idle, () => new Error('still busy')).catch(() => {
        log('warn', { event: 'closed_while_busy', message: 'Ten seconds were not enough to finish what was under way.' })
      })
      events.removeAllListeners()
      callbackRuns.clear()
      refresher.clear()
      ownTokens.clear()
      waysOut.connections.close()
      publicWays.connections.close()
    },
  }
}

/** A lookup may give one entry under several slugs, which share what is known of each value. */
function named(registration: Registration | undefined, slug: string): Registration | undefined {
  return !registration || registration.slug === slug ? registration : Object.freeze({ ...registration, slug })
}
