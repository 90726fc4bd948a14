import { AuthError } from '../../lib/base/errors.js'
import type { AuthUser } from '../../lib/model/user.js'
import { redirect, sendJson, sendPage } from '../answers.js'
import { markEnded } from '../endedMarks.js'
import type { Engine } from '../engine.js'
import { dropSession, endEverywhere } from '../everywhere.js'
import { fromHook } from '../hooks.js'
import { wantsJson } from '../http.js'
import { hookFailed } from '../logging.js'
import { isNavigation, requireSameOrigin } from '../origin.js'
import { confirmPage } from '../pages.js'
import { isYes, type Parameters } from '../parameters.js'
import { endAccess, removeTokens } from '../tokens/forget.js'
import { refuseParameter } from '../unavailable.js'
import { hasCsrfToken, returnToOf, type Visit } from '../visit.js'

/** `POST /auth/logout`: ends the session; a person who opens the address gets a page that asks. */
export async function logOut(engine: Engine, visit: Visit, parameters: Parameters): Promise<void> {
  const { req, res, place } = visit
  const { settings } = engine
  refuseParameter(parameters, 'provider', (value) => value === '' || isYes(value))
  if (req.method !== 'POST') {
    if (!isNavigation(req)) throw new AuthError('csrf', 'Signing out takes a POST from a page of this site.')
    sendPage(res, 200, confirmPage({
      action: `${place.mountPath}/logout`,
      heading: 'Sign out?',
      text: 'You will be signed out of this application.',
      button: 'Sign out',
      fields: parameters['returnTo'] === undefined ? {} : { returnTo: parameters['returnTo'] },
      cancelUrl: settings.afterLogout,
    }))
    return
  }
  requireSameOrigin(req, place.origin, hasCsrfToken(engine, visit, parameters))
  await endSession(engine, visit, { everywhere: isYes(parameters['everywhere']) })
  const location = returnToOf(engine, place, parameters['returnTo'], settings.afterLogout)
  if (wantsJson(req)) sendJson(res, 200, { location })
  else redirect(res, 303, location)
}

export interface LogoutOptions {
  /** Whether all sessions of the person end, in every browser; needs the option `tokenStore`. */
  everywhere?: boolean
}

/**
 * Ends the session of a request, wherever it lives.
 * @throws AuthError `store_unavailable` when it could not be ended, `config_invalid` for `everywhere` without a token store
 */
export async function endSession(engine: Engine, visit: Visit, { everywhere = false }: LogoutOptions = {}): Promise<void> {
  const { stored: record } = visit
  const user = (visit.doubt ? record : visit.record)?.accounts[record?.current ?? '']?.user
  if (everywhere && user) await endEverywhere(engine, user.key)
  if (record) engine.ended.add(record.salt)
  await visit.session.end()
  visit.record = undefined
  visit.doubt = undefined
  visit.stored = undefined
  // Other copies of the session end with the tokens: a sealed cookie is worth nothing without them.
  const [removal] = await Promise.allSettled([removeTokens(engine, visit.req, record).then(() => record && markEnded(engine, record))])
  if (record) {
    endAccess(engine, visit, record)
    if (!everywhere) engine.background(dropSession(engine, record))
  }
  if (user) await tellOfLogout(engine, visit, user)
  // Told last: this browser is signed out, and a copy of its cookie may not be.
  if (removal.status === 'rejected') throw removal.reason
}

async function tellOfLogout(engine: Engine, { req }: Visit, user: AuthUser): Promise<void> {
  const { provider } = user
  engine.log('info', { event: 'logout', provider })
  engine.emit('logout', { user, provider })
  const { onLogout } = engine.settings.hooks
  if (!onLogout) return
  try {
    await fromHook('onLogout', () => onLogout({ user, req }))
  } catch (thrown) {
    // The session is gone already; the application's clean-up is its own to repeat.
    engine.log('error', hookFailed('onLogout', thrown, provider))
  }
}
