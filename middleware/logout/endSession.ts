import { keysOfUser } from '../accounts/users.js'
import type { Engine } from '../core/engine.js'
import { tellOfLogout } from '../core/events.js'
import { formerSession, type RequestContext } from '../core/requestContext.js'
import { markEnded } from '../sessions/endedMarks.js'
import { dropSession, endEverywhere } from '../sessions/userSessions.js'
import { endAccess, removeTokens } from '../tokens/removeTokens.js'

export interface LogoutOptions {
  /** Whether all sessions of the person end, in every browser; needs the option `tokenStore`. */
  everywhere?: boolean
}

/**
 * Ends the session of a request, wherever it lives.
 * @throws AuthError `store_unavailable` when it could not be ended, `config_invalid` for `everywhere` without a token store
 */
export async function endSession(engine: Engine, request: RequestContext, { everywhere = false }: LogoutOptions = {}): Promise<void> {
  const record = formerSession(request)
  const known = request.doubt ? request.stored : request.record
  const user = known?.accounts[known.current]?.user
  // Sessions of the same user elsewhere may know any of the accounts.
  if (everywhere && known) await endEverywhere(engine, await keysOfUser(engine, Object.keys(known.accounts)))
  if (record) engine.ended.add(record.salt)
  await request.session.end()
  request.record = undefined
  request.doubt = undefined
  request.stored = undefined
  request.setAside = undefined
  // Other copies of the session end with the tokens: a sealed cookie is worth nothing without them.
  const [removal] = await Promise.allSettled([removeTokens(engine, request.host, record).then(() => record && markEnded(engine, record))])
  if (record) {
    endAccess(engine, request, record)
    if (!everywhere) engine.background(dropSession(engine, record))
  }
  if (user) await tellOfLogout(engine, request.host, user)
  // Told last: this browser is signed out, and a copy of its cookie may not be.
  if (removal.status === 'rejected') throw removal.reason
}
