import { AuthError } from '../../lib/base/errors.js'
import { login } from '../../lib/login.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions, Transaction } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { contextOf, requireCertainty, type RequestContext } from '../core/requestContext.js'
import { linkDigest } from './linkTo.js'

/** What a transaction keeps besides what the protocol and the options ask for. */
type Purpose = Pick<Transaction, 'stepUp' | 'linkTo'>

/**
 * Begins a login and remembers it for this browser.
 * @param purpose `stepUp` digest of what a guard asks of it; `linkTo` digest of whose session the account is added to
 * @returns the provider's address to send the browser to
 */
export async function beginLogin(
  engine: Engine,
  request: RequestContext,
  registration: Registration,
  options: LoginOptions,
  purpose: Purpose = {},
): Promise<string> {
  const { location, transaction } = await login(contextOf(engine, registration, request.publicUrl), options)
  await request.transactions.put({ ...transaction, ...purpose })
  engine.log('info', { event: 'login_started', provider: registration.slug })
  return location
}

/**
 * Begins a login that adds an account to the signed-in user.
 * @throws AuthError `login_required`; why it is not known who is signed in; `too_large` where the session has no room for another account
 */
export async function beginLink(
  engine: Engine,
  request: RequestContext,
  registration: Registration,
  options: LoginOptions,
): Promise<string> {
  requireCertainty(request)
  const { record } = request
  if (!record) throw new AuthError('login_required', 'Sign in before you add an account.')
  request.session.requireRoom?.(record)
  return await beginLogin(engine, request, registration, options, { linkTo: linkDigest(record) })
}
