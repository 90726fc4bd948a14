import { hasSessionEnded } from './sessionStoreRecords.js'
import type { SaveGuard } from '../../http/host.js'
import type { Request } from '../nodeTypes.js'
import { called, type StoreDone } from './storeCallback.js'

interface SavingStore {
  get: (sid: string, done: StoreDone) => void
  set: (sid: string, session: object, done?: StoreDone) => void
  destroy: (sid: string, done: StoreDone) => void
}

/** Marks a session that was signed in when its request began, by the salt of its record. */
const signedInAs = Symbol('authrouter session')

interface Marked {
  [signedInAs]?: string
}

/** The stores that each router guards, by what it knows of ended sessions. */
const guarded = new WeakMap<SaveGuard['ended'], WeakSet<SavingStore>>()

/**
 * Lets no slower request write back a session of express-session that has ended meanwhile: it saves whole sessions at the end of a
 * request, and a store takes what it is given. What was signed in when the request began is written only while the store still has it.
 */
export function guardSaves(req: Request, { salt, ended, markOf }: SaveGuard): void {
  const { session, sessionStore } = req as unknown as { session?: Marked; sessionStore?: SavingStore }
  if (!session || !sessionStore) return
  session[signedInAs] = salt
  const stores = guarded.get(ended) ?? new WeakSet()
  if (stores.has(sessionStore)) return
  guarded.set(ended, stores.add(sessionStore))
  guardStore(sessionStore, ended, markOf)
}

// express-session asks the store itself, so it is the store that has to know; one with private fields cannot be wrapped in another object.
function guardStore(store: SavingStore, ended: SaveGuard['ended'], markOf: SaveGuard['markOf']): void {
  const { set } = store
  store.set = function setUnlessEnded(sid, session, done = () => undefined) {
    const salt = (session as Marked)[signedInAs]
    if (salt === undefined) set.call(this, sid, session, done)
    else
      unlessEnded(salt, sid, () =>
        called((answer) => {
          set.call(this, sid, session, answer)
        }),
      ).then(() => {
        done()
      }, done)
  }

  async function unlessEnded(salt: string, sid: string, save: () => Promise<unknown>): Promise<void> {
    if (
      ended.has(salt)
      || !(await called((answer) => {
        store.get(sid, answer)
      }))
    )
      return
    await save()
    // Another process may have ended it between the two; it leaves its mark before it destroys the session.
    const mark = await called((answer) => {
      store.get(markOf(sid), answer)
    })
    if (hasSessionEnded(mark))
      await called((answer) => {
        store.destroy(sid, answer)
      })
  }
}
