import type { Engine } from '../core/engine.js'
import type { Request } from '../http/host.js'
import { called, type StoreDone } from '../http/storeCallback.js'
import { hasSessionEnded, sessionMark } from '../tokens/sessionStoreRecords.js'

interface SavingStore {
  get: (sid: string, done: StoreDone) => void
  set: (sid: string, session: object, done?: StoreDone) => void
  destroy: (sid: string, done: StoreDone) => void
}

/** Marks a session that was signed in when its request began, by the salt of its record. */
const signedInAs = Symbol('authrouter session')

interface Marked { [signedInAs]?: string }

/**
 * Lets no slower request write back a session of express-session that has ended meanwhile: it saves whole sessions at the end of a
 * request, and a store takes what it is given. What was signed in when the request began is written only while the store still has it.
 */
export function guardedSaves(engine: Engine): (req: Request, salt: string) => void {
  const guarded = new WeakSet()
  return (req, salt) => {
    const { session, sessionStore } = req as unknown as { session?: Marked; sessionStore?: SavingStore }
    if (!session || !sessionStore) return
    session[signedInAs] = salt
    if (guarded.has(sessionStore)) return
    guarded.add(sessionStore)
    guardSaves(engine, sessionStore)
  }
}

// express-session asks the store itself, so it is the store that has to know; one with private fields cannot be wrapped in another object.
function guardSaves(engine: Engine, store: SavingStore): void {
  const { set } = store
  store.set = function setUnlessEnded(sid, session, done = () => undefined) {
    const salt = (session as Marked)[signedInAs]
    if (salt === undefined) set.call(this, sid, session, done)
    else unlessEnded(salt, sid, () => called((answer) => { set.call(this, sid, session, answer) })).then(() => { done() }, done)
  }

  async function unlessEnded(salt: string, sid: string, save: () => Promise<unknown>): Promise<void> {
    if (engine.ended.has(salt) || !await called((answer) => { store.get(sid, answer) })) return
    await save()
    // Another process may have ended it between the two; it leaves its mark before it destroys the session.
    const mark = await called((answer) => { store.get(sessionMark(engine, sid), answer) })
    if (hasSessionEnded(mark)) await called((answer) => { store.destroy(sid, answer) })
  }
}
