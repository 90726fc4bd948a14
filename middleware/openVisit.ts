import type { Place } from './place.js'
import { bagSession, carryOverOf, isEmpty, nothingToCarry, requestBag } from './bagSession.js'
import { cookieJar, cookiePrefix, type CookieJar } from './cookies.js'
import { cookieSession, maySendSealedSession, sessionCookieName } from './cookieSession.js'
import { hasEnded, seen } from './expiry.js'
import type { Engine } from './engine.js'
import type { Request, Response } from './http.js'
import { mountSession, runSession } from './mountSession.js'
import { rememberingSealer } from './openedSessions.js'
import { type SessionBag, type SessionStore } from './session.js'
import { loadAccounts, type LoadedAccounts } from './tokens/load.js'
import { cookieTransactions, sessionTransactions, type Transactions } from './transactions.js'
import { AuthError } from '../lib/errors.js'
import type { Sealer } from '../lib/seal.js'
import { fromStore } from '../lib/storeDeadline.js'
import type { Registration } from '../lib/types.js'
import type { Visit } from './visit.js'

/** Waits for nothing where nobody is signed in: most requests pass through without a turn of the event loop. */
export interface VisitOpener {
  (req: Request, res: Response, place: Place): Visit | Promise<Visit>
  /** Whether a request is known, by a look at it alone, to come from nobody who is signed in. */
  isStranger: (req: Request) => boolean
  /** The visit of such a request, made when something of it is asked for. */
  asStranger: (req: Request, res: Response, place: Place) => Visit
}

/** Finds, for each request, where its signed-in state lives, and reads it. */
export function openVisit(engine: Engine): VisitOpener {
  const { settings, now } = engine
  const sealer = rememberingSealer(engine.sealer)
  const prefix = cookiePrefix(settings.appId)
  const sessionCookie = sessionCookieName(prefix)
  const findBag = bagFinder(engine, sealer)
  const makers: Makers = {
    session: (cookies, bag) => bag ? bag.store() : sealedCookie(cookies),
    transactions: (cookies, bag) => settings.transactions === 'cookie'
      ? cookieTransactions(cookies, sealer, prefix, now)
      : sessionTransactions(requireBag(bag), sealer, now),
  }

  const mayBeStranger = settings.session === undefined && settings.transactions === 'cookie'
  return Object.assign((req: Request, res: Response, place: Place) => {
    const found = findBag(req, res, place)
    return found instanceof Promise ? found.then((bag) => open(req, res, place, bag)) : open(req, res, place, found)
  }, {
    isStranger: (req: Request) => mayBeStranger && !req.session && !maySendSealedSession(req, sessionCookie),
    asStranger: (req: Request, res: Response, place: Place) => new OpenVisit(req, res, place, undefined, makers),
  })

  function open(req: Request, res: Response, place: Place, bag: FoundBag | undefined): Visit | Promise<Visit> {
    if (settings.transactions === 'session') requireBag(bag)
    const visit = new OpenVisit(req, res, place, bag, makers)
    const isNobody = bag ? bag.isEmpty : !maySendSealedSession(req, sessionCookie)
    return isNobody ? visit : recognise(visit)
  }

  async function recognise(visit: Visit): Promise<Visit> {
    const { record, tokens } = await signedIn(visit.session, visit.req)
    return Object.assign(visit, { record, tokens, registrations: await registrationsOf(Object.keys(record?.accounts ?? {}), visit.req) })
  }

  async function signedIn(session: SessionStore, req: Request): Promise<LoadedAccounts> {
    const stored = await session.read()
    if (!stored || engine.ended.has(stored.salt) || hasEnded(stored, settings, now())) return { record: undefined, tokens: new Map() }
    const { record: known, tokens } = await loadAccounts(engine, req, stored)
    const record = known && seen(known, settings, now())
    if (record && record !== stored) {
      // The person is signed in all the same; the next request writes it.
      await session.update(record).catch(() => { engine.log('warn', { event: 'session_not_updated' }) })
    }
    return { record, tokens }
  }

  async function registrationsOf(slugs: readonly string[], req: Request): Promise<ReadonlyMap<string, Registration>> {
    const found = new Map<string, Registration>()
    for (const slug of slugs) {
      const registration = await engine.find(slug, req)
      if (registration) found.set(slug, registration)
    }
    return found
  }

  function sealedCookie(cookies: CookieJar): SessionStore {
    return cookieSession(cookies, sealer, prefix, now, () => {
      engine.log('warn', { event: 'session_trimmed', reason: 'the raw profile does not fit into cookies; a session store would keep it' })
    })
  }
}

interface Makers {
  session: (cookies: CookieJar, bag: FoundBag | undefined) => SessionStore
  transactions: (cookies: CookieJar, bag: FoundBag | undefined) => Transactions
}

/** A visit whose parts are made when they are first asked for. A class, because getters of an object's own make it slow to make. */
class OpenVisit implements Visit {
  record: Visit['record'] = undefined
  registrations: Visit['registrations'] = none
  #tokens: Visit['tokens'] | undefined
  #cookies: CookieJar | undefined
  #session: SessionStore | undefined
  #transactions: Transactions | undefined

  constructor(readonly req: Request, readonly res: Response, readonly place: Place, readonly bag: FoundBag | undefined, readonly makers: Makers) {}

  get tokens(): Visit['tokens'] { return this.#tokens ??= new Map() }
  set tokens(tokens: Visit['tokens']) { this.#tokens = tokens }
  get cookies(): CookieJar { return this.#cookies ??= cookieJar(this.req, this.res, this.place.secure) }
  get session(): SessionStore { return this.#session ??= this.makers.session(this.cookies, this.bag) }
  get transactions(): Transactions { return this.#transactions ??= this.makers.transactions(this.cookies, this.bag) }
}

const none: Visit['registrations'] = new Map()

function requireBag(found: FoundBag | undefined): SessionBag {
  if (!found) throw new AuthError('config_invalid', 'transactions: \'session\' needs a session: mount express-session before authRouter, or set the option session.')
  return found.bag
}

interface FoundBag {
  bag: SessionBag
  /** Whether it is certain already that nobody is signed in. */
  isEmpty: boolean
  store: () => SessionStore
}

type BagFinder = (req: Request, res: Response, place: Place) => FoundBag | undefined | Promise<FoundBag>

/** By the option `session`: the application's own, one mounted here, what another middleware left on the request, or none. */
function bagFinder(engine: Engine, sealer: Sealer): BagFinder {
  const { session: setting, keep } = engine.settings
  const { now } = engine
  const mounted = new Map<boolean, ReturnType<typeof mountSession>>()

  const onRequest = (req: Request): FoundBag | undefined => {
    const bag = requestBag(req)
    return bag && { bag, isEmpty: isEmpty(bag), store: () => bagSession(bag, sealer, carryOverOf(req, keep), now) }
  }
  if (typeof setting === 'function') {
    return (req, res) => {
      const bag = setting(req, res)
      return { bag, isEmpty: false, store: () => bagSession(bag, sealer, nothingToCarry, now) }
    }
  }
  if (!setting) return onRequest
  return async (req, res, { secure }) => {
    if (req.session) throw new AuthError('config_invalid', 'There is a session middleware before authRouter already: remove it, or leave the option session out.')
    let middleware = mounted.get(secure)
    if (!middleware) mounted.set(secure, middleware = mountSession(engine, setting, secure))
    const mount = middleware
    await fromStore(() => runSession(mount, req, res))
    const found = onRequest(req)
    // express-session goes on without a session while its store is disconnected; a cookie instead could not be taken back.
    if (!found) throw new AuthError('store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.')
    return found
  }
}
