import type { EndedSessions } from './endedSessions.js'
import type { Request } from './http.js'
import { called, type StoreDone } from './storeCallback.js'

interface SavingStore {
  get: (sid: string, done: StoreDone) => void
  set: (sid: string, session: object, done?: StoreDone) => void
}

/** Marks a session that was signed in when its request began, by the salt of its record. */
const signedInAs = Symbol('authrouter session')

interface Marked { [signedInAs]?: string }

/**
 * Lets no slower request write back a session of express-session that has ended meanwhile: it saves whole sessions at the end of a
 * request, and a store takes what it is given. What was signed in when the request began is written only while the store still has it.
 */
export function guardedSaves(ended: EndedSessions): (req: Request, salt: string) => void {
  const guarded = new WeakSet()
  return (req, salt) => {
    const { session, sessionStore } = req as unknown as { session?: Marked; sessionStore?: SavingStore }
    if (!session || !sessionStore) return
    session[signedInAs] = salt
    if (guarded.has(sessionStore)) return
    guarded.add(sessionStore)
    guardSaves(sessionStore, ended)
  }
}

// The store is asked by express-session itself, so it is the store that has to know; one with private fields cannot be wrapped in another object.
function guardSaves(store: SavingStore, ended: EndedSessions): void {
  const { set } = store
  store.set = function setUnlessEnded(sid, session, done = () => undefined) {
    const salt = (session as Marked)[signedInAs]
    if (salt === undefined) {
      set.call(this, sid, session, done)
      return
    }
    if (ended.has(salt)) {
      setImmediate(done)
      return
    }
    called((answer) => { store.get(sid, answer) }).then((stored) => {
      if (stored && !ended.has(salt)) set.call(this, sid, session, done)
      else done()
    }, done)
  }
}
