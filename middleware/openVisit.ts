import type { Place } from './place.js'
import { bagSession, carryOverOf, nothingToCarry, requestBag } from './bagSession.js'
import { cookieJar, cookiePrefix, type CookieJar } from './cookies.js'
import { cookieSession } from './cookieSession.js'
import { hasEnded, seen } from './expiry.js'
import type { Engine } from './engine.js'
import type { Request, Response } from './http.js'
import { mountSession, runSession } from './mountSession.js'
import { type SessionBag, type SessionStore } from './session.js'
import { loadAccounts, type LoadedAccounts } from './tokens/load.js'
import { cookieTransactions, sessionTransactions } from './transactions.js'
import { AuthError } from '../lib/errors.js'
import { fromStore } from '../lib/storeDeadline.js'
import type { Registration } from '../lib/types.js'
import type { Visit } from './visit.js'

export type VisitOpener = (req: Request, res: Response, place: Place) => Promise<Visit>

/** Finds, for each request, where its signed-in state lives, and reads it. */
export function openVisit(engine: Engine): VisitOpener {
  const { settings, sealer, now } = engine
  const prefix = cookiePrefix(settings.appId)
  const findBag = bagFinder(engine)

  return async (req, res, place) => {
    const cookies = cookieJar(req, res, place.secure)
    const bag = await findBag(req, res, place)
    const session = bag ? bag.store : sealedCookie(cookies)
    const transactions = settings.transactions === 'cookie'
      ? cookieTransactions(cookies, sealer, prefix, now)
      : sessionTransactions(requireBag(bag?.bag), sealer, now)
    const { record, tokens } = await signedIn(session, req)
    const registrations = await registrationsOf(Object.keys(record?.accounts ?? {}), req)
    return { req, res, place, cookies, session, transactions, record, registrations, tokens }
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

function requireBag(bag: SessionBag | undefined): SessionBag {
  if (!bag) throw new AuthError('config_invalid', 'transactions: \'session\' needs a session: mount express-session before authRouter, or set the option session.')
  return bag
}

interface FoundBag { bag: SessionBag; store: SessionStore }

/** By the option `session`: the application's own, one mounted here, what another middleware left on the request, or none. */
function bagFinder(engine: Engine): (req: Request, res: Response, place: Place) => Promise<FoundBag | undefined> {
  const { session: setting, keep } = engine.settings
  const { sealer, now } = engine
  const mounted = new Map<boolean, ReturnType<typeof mountSession>>()

  const onRequest = (req: Request): FoundBag | undefined => {
    const bag = requestBag(req)
    return bag && { bag, store: bagSession(bag, sealer, carryOverOf(req, keep), now) }
  }
  if (typeof setting === 'function') {
    return (req, res) => {
      const bag = setting(req, res)
      return Promise.resolve({ bag, store: bagSession(bag, sealer, nothingToCarry, now) })
    }
  }
  if (!setting) return (req) => Promise.resolve(onRequest(req))
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
