import { sign, unsign } from 'cookie-signature'
import { asAuthError, AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { safeReturnTo } from '../../lib/returnTo.js'
import type { CookieJar } from '../http/cookies.js'
import type { HostRequest } from '../http/host.js'
import type { Parameters } from '../http/parameters.js'
import type { PublicUrl } from '../http/publicUrl.js'
import type { Engine } from './engine.js'
import type { LoadedTokens, SessionRecord, SessionWriter } from './sessionRecord.js'
import type { Transactions } from './transactions.js'

/** A user whom a verified header of the request speaks for: nothing of it is kept in the browser, or in a session. */
export interface HeaderUser {
  registration: Registration
  /** The same, by the key of their account. */
  registrations: ReadonlyMap<string, Registration>
  /** What a session of theirs would remember that holds nothing else. */
  record: SessionRecord
}

/** One request, with everything that belongs to the browser that sent it. */
export interface RequestContext {
  host: HostRequest
  publicUrl: PublicUrl
  cookies: CookieJar
  session: SessionWriter
  transactions: Transactions
  /** What is remembered of the signed-in person; changes when this request signs in, refreshes tokens or signs out. */
  record: SessionRecord | undefined
  /** Why it is not known who is signed in, where a session came and cannot be checked; `record` is `undefined` then. */
  doubt: AuthError | undefined
  /** What the session says, of accounts too that are absent for this request: what a sign-out or another sign-in ends. */
  stored: SessionRecord | undefined
  /** Whom a header says that the request is of. */
  headerUser?: HeaderUser | undefined
  /** A session that came with it and does not count, because it was not begun by the user of the header: another login, or a sign-out, ends it. */
  setAside?: SessionRecord | undefined
  /** The entries of the record's accounts, by their keys. */
  registrations: ReadonlyMap<string, Registration>
  /** The tokens of the record's accounts, by their keys. */
  tokens: Map<string, LoadedTokens>
  /** The application's row of the signed-in user, where it has a `userStore`. */
  user: unknown
  /** What is said if the request fails: see `FailedRequest`. */
  slug: string | undefined
  returnTo: string | undefined
  /** Whether it adds an account to the signed-in user. */
  isLink?: true
  /** Whether it is the end of a sign-out. */
  isLogout?: true
  /** The account that a login has brought, from when the application is asked about it. */
  account?: AuthUser
  allow: readonly string[] | undefined
}

/**
 * Why it is not known who is signed in: a session came with the request, and its store, or the token store that knows of sign-outs,
 * cannot be asked. The user counts as signed out until it can, and whatever needs to know fails with this error (rule R12).
 * @param thrown by what was to be asked
 */
export function doubtOf(thrown: unknown): AuthError {
  return asAuthError(thrown, 'store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.')
}

/** @throws AuthError why it is not known who is signed in */
export function requireCertainty({ doubt }: { doubt: AuthError | undefined }): void {
  if (doubt) throw doubt
}

/** The record of a request, unless its session has ended since the request began. */
export function presentRecord({ ended }: Engine, { record }: RequestContext): SessionRecord | undefined {
  return record && !ended.has(record.salt) ? record : undefined
}

/** A record as its session keeps it: with the accounts too that only this request does not know, because their entries are not here. */
export function wholeRecord({ stored, registrations }: RequestContext, record: SessionRecord): SessionRecord {
  const absent = Object.entries(stored?.accounts ?? {}).filter(([key]) => !registrations.has(key) && !Object.hasOwn(record.accounts, key))
  return absent.length === 0 ? record : { ...record, accounts: { ...Object.fromEntries(absent), ...record.accounts } }
}

/** Everything a login or an API call of this registration works with, from this request. */
export function contextOf(
  engine: Engine,
  registration: Registration,
  publicUrl: Pick<PublicUrl, 'baseUrl' | 'origin' | 'mountPath'>,
): ClientContext {
  const redirectUri = redirectUriOf(registration, publicUrl)
  const { settings, refresher, claimOnce, now } = engine
  const { http, openStream, connections } = registration.reach === 'public' ? engine.publicWays : engine
  const { outbound } = settings
  const { baseUrl } = publicUrl
  return Object.freeze({ ...registration, redirectUri, baseUrl, http, openStream, connections, outbound, refresher, claimOnce, now })
}

/** Where the provider sends the browser back to (RFC 6749 section 3.1.2; `oauth_callback` of RFC 5849 section 2.1). */
export function redirectUriOf(
  { slug, callbackPath }: Pick<Registration, 'slug' | 'callbackPath'>,
  { baseUrl, origin, mountPath }: Pick<PublicUrl, 'baseUrl' | 'origin' | 'mountPath'>,
): string {
  return callbackPath === undefined ? `${origin}${mountPath}/${slug}/callback` : baseUrl + callbackPath
}

/** Where the application would be reached, for work that no request says it of. */
export function configuredUrl({ settings }: Engine): { baseUrl: string; origin: string; mountPath: string } {
  const baseUrl = settings.baseUrls[0] ?? 'http://localhost'
  const { origin, pathname } = new URL(baseUrl)
  return { baseUrl, origin, mountPath: pathname.replace(/\/$/, '') + settings.path }
}

/** Where to go: what was asked for if rule R1 lets it, else the default. A refusal is an event, never an error. */
export function returnToOf(engine: Engine, publicUrl: PublicUrl, asked: unknown, fallback: string): string {
  if (asked === undefined || asked === fallback) return fallback
  const safe = allowedReturnTo(engine, publicUrl, asked)
  if (safe === undefined) engine.log('warn', { event: 'return_to_refused', message: 'A returnTo that is not allowed was ignored.' })
  return safe ?? fallback
}

/** What was asked for if rule R1 lets it; tells nobody. */
export function allowedReturnTo(
  { settings, callbackSlugs }: Engine,
  { baseUrl, mountPath }: PublicUrl,
  asked: unknown,
): string | undefined {
  return safeReturnTo(asked, { baseUrl, mountPath, callbackPaths: callbackSlugs.keys(), origins: settings.returnToOrigins })
}

/** The session that the next one takes the place of, and that a sign-out ends. */
export function formerSession({ stored, setAside }: RequestContext): SessionRecord | undefined {
  return stored ?? setAside
}

/** Whether an account is that of the user whom a header speaks for: it comes with the header and goes with it. */
export function isHeaderAccount({ headerUser }: RequestContext, key: string): boolean {
  return headerUser?.record.loginKey === key
}

/** @throws AuthError `bad_request` for such an account, which can be neither removed nor signed out alone */
export function refuseHeaderAccount(request: RequestContext, key: string): void {
  if (!isHeaderAccount(request, key)) return
  throw new AuthError(
    'bad_request',
    'This account comes with each request from the proxy in front of the application, and cannot be taken out: sign out at the proxy.',
  )
}

/** The CSRF token of a signed-in session, signed over what only this login has; nothing to protect, no token. */
export function csrfTokenOf({ sealer }: Engine, record: SessionRecord | undefined): string | null {
  return record ? sign(record.salt, sealer.macKey('csrf')) : null
}

/** Whether a request carries its session's CSRF token, as the header `x-csrf-token` or the parameter `csrfToken`. */
export function hasCsrfToken({ sealer }: Engine, { stored, record: present, host }: RequestContext, parameters: Parameters): boolean {
  const record = stored ?? present
  const token = host.header('x-csrf-token') ?? parameters['csrfToken']
  return record !== undefined && token !== undefined && unsign(token, sealer.macKey('csrf')) === record.salt
}
