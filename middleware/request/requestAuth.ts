import { AuthError } from '../../lib/base/errors.js'
import type { LoginOptions } from '../../lib/model/login.js'
import { accountKey } from '../accounts/accounts.js'
import type { Engine } from '../core/engine.js'
import { tellOfAccountLogout } from '../core/events.js'
import { presentRecord, requireCertainty, returnToOf, type RequestContext, wholeRecord } from '../core/requestContext.js'
import { goToProvider } from '../core/replies/goToProvider.js'
import { redirect, type Reply } from '../http/reply.js'
import { beginLink, beginLogin, chosenRegistration, requireLinkable } from '../login/beginLogin.js'
import { linkMarker } from '../http/parameters.js'
import { readLoginOptions } from '../login/loginOptions.js'
import { keepingGranted } from '../login/stepUp/keepingGranted.js'
import { endSession, type LogoutOptions } from '../logout/endSession.js'
import { endSessionAtProviders } from '../logout/providerLogout.js'
import { leaveAccount } from '../logout/unlinkAccount.js'

/** A redirect to the provider, to sign in; to the page that asks, where a user has to choose and nothing was chosen. */
export async function redirectToLogin(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<Reply> {
  // Whom a header signs in stays signed in: what they sign in with besides is added.
  return await redirectTo(engine, request, slug, options, request.headerUser && request.record ? beginLink : beginLogin)
}

/** The same, to add an account. */
export async function redirectToLink(engine: Engine, request: RequestContext, slug: string, options: LoginOptions = {}): Promise<Reply> {
  requireLinkable(request)
  return await redirectTo(engine, request, slug, options, beginLink, { [linkMarker]: '1' })
}

/** @param marker what the page that asks is told besides */
async function redirectTo(
  engine: Engine,
  request: RequestContext,
  slug: string,
  options: LoginOptions,
  begin: typeof beginLink,
  marker: Record<string, string> = {},
): Promise<Reply> {
  const { parameters, ...asked } = readLoginOptions(options)
  const entry = await engine.find(slug, request.host)
  if (!entry) throw new AuthError('unknown_provider', 'There is no such provider here.', { provider: slug })
  const returnTo = returnToOf(engine, request.publicUrl, asked.returnTo, engine.settings.afterLogin)
  if (entry.ask && parameters === undefined && !wantsMore(asked)) {
    return redirect(302, `${request.publicUrl.mountPath}/${slug}?${new URLSearchParams({ ...marker, returnTo }).toString()}`)
  }
  const registration = await chosenRegistration(engine, entry, parameters ?? {})
  return goToProvider(false, 302, await begin(engine, request, registration, keepingGranted(request, registration, { ...asked, returnTo })))
}

/** Whether a login was given what the page that asks cannot carry on. */
function wantsMore({ returnTo: _returnTo, ...others }: LoginOptions): boolean {
  return Object.values(others).some((value) => value !== undefined)
}

/** What `req.auth.logout` and a handler of `auth.logout` take. */
export interface RequestLogoutOptions extends LogoutOptions {
  /** `authUser.key` of one account: the others stay signed in. */
  key?: string
  /** Whether the user is signed out at the provider too; the request is answered with a redirect to it then. */
  provider?: boolean
  /** Where to go from there; rule R1 decides whether it may be used. */
  returnTo?: string
  /** Who signs out, in the provider's words (`logout_hint`). */
  logoutHint?: string
  /** Languages for the provider's pages, separated by spaces (`ui_locales`). */
  uiLocales?: string
}

const providerOnly = ['returnTo', 'logoutHint', 'uiLocales'] as const

/**
 * Refuses options of a sign-out that contradict each other.
 * @throws AuthError `config_invalid`
 */
export function checkLogoutOptions(options: RequestLogoutOptions): void {
  if (options.key !== undefined && options.everywhere)
    throw new AuthError('config_invalid', 'logout takes key, for one account, or everywhere, for all: leave one of them out.')
  const unused = options.provider ? undefined : providerOnly.find((name) => options[name] !== undefined)
  if (unused) throw new AuthError('config_invalid', `The option ${unused} of logout is for provider: true: set that, or leave it out.`)
}

/**
 * Signs out as a handler asks for it.
 * @returns where to send the browser, where it is to sign out at the provider too
 */
export async function endSessionAsAsked(
  engine: Engine,
  request: RequestContext,
  { provider = false, ...options }: RequestLogoutOptions = {},
): Promise<string | undefined> {
  checkLogoutOptions({ provider, ...options })
  const { everywhere = false } = options
  const key = options.key === undefined ? undefined : accountOf(request, options.key)
  const { record } = request
  let location: string | undefined
  if (provider) location = await endSessionAtProviders(engine, request, { ...options, key })
  else if (key === undefined) await endSession(engine, request, { everywhere })
  else await leaveAccount(engine, request, key)
  // Where it was the last one, the session has ended, and that has been told.
  if (key !== undefined && record && request.record) tellOfAccountLogout(engine, record, key)
  return location
}

function accountOf(request: RequestContext, key: string): string {
  // Of one account it cannot be said whether it is the only one; all of them can be signed out without knowing.
  requireCertainty(request)
  return requireAccount(request, key)
}

/** Makes another account of the session the current one. */
export async function switchAccount(engine: Engine, request: RequestContext, key: string): Promise<void> {
  requireCertainty(request)
  const record = presentRecord(engine, request)
  if (!record || !Object.hasOwn(record.accounts, key)) throw notLinked()
  request.record = { ...record, current: key }
  // Of a header there is one account, and no session to keep it in.
  if (request.stored) await request.session.save(wholeRecord(request, request.record))
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
