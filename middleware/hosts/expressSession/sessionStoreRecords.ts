import { isObject } from '../../../lib/base/json.js'
import type { StoredRecord, TokenStore } from '../../../lib/stores/tokenStore.js'
import type { Request } from '../nodeTypes.js'
import { called, type StoreDone } from './storeCallback.js'

/** The part of a store of express-session that is needed here. */
interface ExpressStore {
  get: (sid: string, done: StoreDone) => void
  set: (sid: string, session: object, done: StoreDone) => void
  destroy: (sid: string, done: StoreDone) => void
}

/** Where express-session keeps this request's session, if there is such a store. */
export function sessionStoreRecords(req: Request): TokenStore | undefined {
  const { sessionStore } = req as { sessionStore?: unknown }
  if (!isObject(sessionStore) || ['get', 'set', 'destroy'].some((name) => typeof sessionStore[name] !== 'function')) return undefined
  return inSessionStore(sessionStore as unknown as ExpressStore)
}

/** Seconds. What is to stay for good needs a token store. */
const maxLife = 365 * 24 * 3600

/**
 * Keeps refreshed tokens in the application's session store, beside the session and not inside it: express-session writes a session as
 * a whole, so that of two requests which change it at once one would be lost. Such a store has no lock and compares nothing: processes that
 * refresh at the same moment need the option `tokenStore`.
 */
function inSessionStore(store: ExpressStore): TokenStore {
  const read = async (key: string): Promise<StoredRecord | undefined> => {
    const session = await called((done) => {
      store.get(key, done)
    })
    const kept = isObject(session) ? session['authrouterTokens'] : undefined
    return isObject(kept) && typeof kept['record'] === 'string' && typeof kept['version'] === 'number'
      ? { record: kept['record'], version: kept['version'] }
      : undefined
  }
  return {
    get: read,
    async set(key, record, { version, ttl = maxLife }) {
      // Who names a version has just read it, and a store that cannot compare would not be safer for another look.
      const current = version ?? (await read(key))?.version ?? 0
      const maxAge = ttl * 1000
      // Stores work out their own expiry from the cookie that a session comes with.
      const cookie = { originalMaxAge: maxAge, maxAge, expires: new Date(Date.now() + maxAge), httpOnly: true, path: '/' }
      await called((done) => {
        store.set(key, { cookie, authrouterTokens: { record, version: current + 1 } }, done)
      })
      return true
    },
    delete: (key) =>
      called((done) => {
        store.destroy(key, done)
      }),
  }
}

/** Whether what a store of express-session gave is a mark. */
export function hasSessionEnded(mark: unknown): boolean {
  return isObject(mark)
}
