import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { AuthUser } from '../../lib/model/user.js'
import { accountKey } from '../accounts/accounts.js'
import type { Engine } from '../core/engine.js'
import { failure } from '../core/failure.js'
import { callHook } from '../core/hooks.js'
import { requireCertainty, returnToOf, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import type { Native } from '../http/host.js'
import { isApiRequest } from '../http/negotiation.js'
import { originOf } from '../http/origin.js'
import { linkMarker } from '../http/parameters.js'
import { redirect, type Reply } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { linkDigest } from '../login/linkTo.js'

/** What a guard asks of the login; `Req` is the host's request. */
export interface LoginRequirement<Req = Native> {
  /** Slug of the account that must be signed in. */
  provider?: string
  /** Roles of which the user needs one. */
  roles?: readonly string[]
  /** Scopes that must have been granted, all of them. Lacking ones are asked for. */
  scope?: readonly string[]
  /** Seconds since the login after which it is asked for again. */
  maxAge?: number
  /** Authentication context class that the login must have reached (OpenID Connect `acr`). */
  acr?: string
  check?: (user: AuthUser, req: Req) => boolean | Promise<boolean>
}

/** A request that authRouter has passed on. */
interface Attached {
  engine: Engine
  request: RequestContext
}

/** Milliseconds after a step-up within which asking for the same again is pointless: it would only turn in a circle. */
const justNow = 60_000

const undecided = 'The application could not decide whether you may see this.'

/**
 * Decides whether a request may go on.
 * @returns what stands in its way; `undefined` lets it through
 * @throws AuthError `login_required`, `reauth_required`, `forbidden`, and what starting a login throws
 */
export async function guard({ engine, request }: Attached, required: LoginRequirement): Promise<Reply | undefined> {
  requireCertainty(request)
  const { record } = request
  const key = record && guardedKey(record, required.provider)
  const user = key === undefined ? undefined : record?.accounts[key]?.user
  if (key === undefined || !user) return askToSignIn(request, required.provider)
  const missing = lacking(required, user, grantedScope(request, key, required), engine.now())
  if (missing) return await stepUp(engine, request, user, missing)
  const hasRole = !required.roles || required.roles.some((role) => user.roles.includes(role))
  if (!hasRole || !(await isAllowed(required, user, request))) throw new AuthError('forbidden', 'Your account may not see this.')
  return undefined
}

/** The account that a guard asks about: the current one if it is of the provider, because whoever is at the browser may have added the latest. */
function guardedKey(record: SessionRecord, slug: string | undefined): string | undefined {
  const isCurrent = slug === undefined || record.accounts[record.current]?.user.provider === slug
  return isCurrent ? record.current : accountKey(record, slug)
}

/** What answers a request that its guard has refused. */
export function guardFailure(
  { engine, request: { host, publicUrl } }: Attached,
  { provider }: Pick<LoginRequirement, 'provider'>,
  thrown: unknown,
): Reply {
  return failure(engine, asAuthError(thrown, 'hook_failed', undecided), { host, publicUrl, slug: provider, returnTo: host.target })
}

function isAllowed({ check }: LoginRequirement, user: AuthUser, { host }: RequestContext): boolean | Promise<boolean> {
  return !check || callHook('check', () => check(user, host.native), undecided)
}

/** @throws AuthError why the tokens, which know what was granted, could not be read */
function grantedScope({ tokens }: RequestContext, key: string, { scope }: LoginRequirement): string | undefined {
  const loaded = tokens.get(key)
  if (scope && loaded?.error) throw loaded.error
  return loaded?.tokens?.scope
}

function askToSignIn({ host, publicUrl, record }: RequestContext, slug: string | undefined): Reply {
  // What a form sent cannot be brought back by a redirect.
  if (isApiRequest(host) || (host.method !== 'GET' && host.method !== 'HEAD')) throw new AuthError('login_required', 'Sign in first.')
  const query = new URLSearchParams({ returnTo: host.target, ...(record && slug !== undefined ? { [linkMarker]: '1' } : {}) })
  return redirect(302, `${publicUrl.mountPath}${slug === undefined ? '' : `/${slug}`}?${query.toString()}`)
}

interface Missing {
  options: LoginOptions
  error: AuthError
}

function lacking(
  { scope = [], maxAge, acr }: LoginRequirement,
  user: AuthUser,
  granted: string | undefined,
  now: number,
): Missing | undefined {
  const loggedInAt = Date.parse(user.authTime ?? user.loggedInAt)
  if (maxAge !== undefined && now - loggedInAt > maxAge * 1000) {
    return { options: { maxAge, prompt: 'login' }, error: new AuthError('reauth_required', 'Sign in again to go on.') }
  }
  if (acr !== undefined && user.acr !== acr) {
    return { options: { acrValues: [acr] }, error: new AuthError('forbidden', 'This needs a stronger sign-in.') }
  }
  const have = new Set(granted?.split(' '))
  // All that is required and not what is lacking of it, which may be another part each time.
  return scope.every((item) => have.has(item))
    ? undefined
    : { options: { scope }, error: new AuthError('forbidden', 'This needs access that you have not granted.') }
}

async function stepUp(engine: Engine, request: RequestContext, user: AuthUser, { options, error }: Missing): Promise<Reply> {
  const { host, publicUrl, record, tokens } = request
  const digest = sha256(JSON.stringify([user.provider, options])).slice(0, 16)
  const registration = request.registrations.get(user.key)
  if (isApiRequest(host) || host.method !== 'GET' || !registration || hasJustAsked(record, digest, engine.now())) throw error
  const returnTo = returnToOf(engine, publicUrl, host.target, engine.settings.afterLogin)
  // Another site's link does not send anybody to a provider: the sign-in route asks first, and the guard adds what it needs afterwards.
  const asksFirst = engine.settings.crossSiteStart === 'confirm' && originOf(host, publicUrl.origin) === 'cross-site'
  // The login of an account that was added leaves the session its own.
  const isOther = record !== undefined && record.loginKey !== user.key
  if (asksFirst && !isBackFromLogin(record, returnTo, engine.now())) {
    const query = Object.entries({ ...registration.chosen, returnTo, ...(isOther ? { [linkMarker]: '1' } : {}) }).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    )
    return redirect(302, `${publicUrl.mountPath}/${registration.slug}?${query.join('&')}`)
  }
  // Many providers replace what they granted before, so that is asked for as well.
  const granted = tokens.get(user.key)?.tokens?.scope?.split(' ').filter(Boolean) ?? []
  return redirect(
    302,
    await beginLogin(
      engine,
      request,
      registration,
      { ...options, scope: [...granted, ...(options.scope ?? [])], returnTo },
      { stepUp: digest, ...(isOther ? { linkTo: linkDigest(record) } : {}) },
    ),
  )
}

/** Whether this person has just come back from a login that was to bring the same: a provider that does not grant it would be asked for ever. */
function hasJustAsked(record: SessionRecord | undefined, digest: string, now: number): boolean {
  return record?.finished.some(({ stepUp: asked, at = 0 }) => asked === digest && now - at < justNow) === true
}

/** Whether a login led here just now: browsers call the rest of a way that came by the provider cross-site. */
function isBackFromLogin(record: SessionRecord | undefined, returnTo: string, now: number): boolean {
  return record !== undefined && now - record.createdAt < justNow && record.finished.at(-1)?.returnTo === returnTo
}
