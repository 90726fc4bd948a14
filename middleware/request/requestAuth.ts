import { AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { accountKey } from '../accounts/accounts.js'
import type { Engine } from '../core/engine.js'
import { presentRecord, requireCertainty, returnToOf, type RequestContext, wholeRecord } from '../core/requestContext.js'
import { redirect, type Reply } from '../http/reply.js'
import { beginLink, beginLogin } from '../login/beginLogin.js'
import { readLoginOptions } from '../login/loginOptions.js'
import { checkLogoutOptions } from '../login/unavailable.js'
import { endSession, type LogoutOptions } from '../logout/endSession.js'
import { leaveAccount } from '../logout/unlinkAccount.js'

/** A redirect to the provider, to sign in. */
export async function redirectToLogin(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<Reply> {
  const { registration, options: checked } = await prepared(engine, request, slug, options)
  return redirect(302, await beginLogin(engine, request, registration, checked))
}

/** A redirect to the provider, to add an account. */
export async function redirectToLink(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<Reply> {
  const { registration, options: checked } = await prepared(engine, request, slug, options)
  return redirect(302, await beginLink(engine, request, registration, checked))
}

async function prepared(
  engine: Engine,
  request: RequestContext,
  slug: string,
  options: LoginOptions,
): Promise<{ registration: Registration; options: LoginOptions }> {
  const asked = readLoginOptions(options)
  const registration = await engine.find(slug, request.host)
  if (!registration) throw new AuthError('unknown_provider', 'There is no such provider here.', { provider: slug })
  const returnTo = returnToOf(engine, request.publicUrl, asked.returnTo, engine.settings.afterLogin)
  return { registration, options: { ...asked, returnTo } }
}

/** What `req.auth.logout` and a handler of `auth.logout` take. */
export interface RequestLogoutOptions extends LogoutOptions {
  /** `authUser.key` of one account: the others stay signed in. */
  key?: string
}

export async function endSessionAsAsked(
  engine: Engine,
  request: RequestContext,
  { key, ...options }: RequestLogoutOptions = {},
): Promise<void> {
  checkLogoutOptions(options)
  if (key === undefined) {
    await endSession(engine, request, options)
    return
  }
  if (options.everywhere)
    throw new AuthError('config_invalid', 'logout takes key, for one account, or everywhere, for all: leave one of them out.')
  // Of one account it cannot be said whether it is the only one; all of them can be signed out without knowing.
  requireCertainty(request)
  await leaveAccount(engine, request, requireAccount(request, key))
}

/** Makes another account of the session the current one. */
export async function switchAccount(engine: Engine, request: RequestContext, key: string): Promise<void> {
  requireCertainty(request)
  const record = presentRecord(engine, request)
  if (!record || !Object.hasOwn(record.accounts, key)) throw notLinked()
  request.record = { ...record, current: key }
  await request.session.save(wholeRecord(request, request.record))
}

/**
 * The key of an account of the session.
 * @throws AuthError `not_linked`; why it is not known who is signed in
 */
export function requireAccount(request: RequestContext, slugOrKey: string): string {
  requireCertainty(request)
  const { record } = request
  const key = record && accountKey(record, slugOrKey)
  if (key === undefined) throw notLinked()
  return key
}

export function notLinked(): AuthError {
  return new AuthError('not_linked', 'There is no such account in this session.')
}
