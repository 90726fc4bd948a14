import { asAuthError, AuthError } from '../../../lib/base/errors.js'
import type { AuthUser } from '../../../lib/model/user.js'
import { notThroughProxy } from '../../../lib/protocols/headerJwt/notThroughProxy.js'
import { accountKey } from '../../accounts/accounts.js'
import type { Engine } from '../../core/engine.js'
import { failure } from '../../core/failure.js'
import { callHook } from '../../core/hooks.js'
import { isHeaderAccount, requireCertainty, returnToOf, type RequestContext } from '../../core/requestContext.js'
import type { SessionRecord } from '../../core/sessionRecord.js'
import type { Native } from '../../http/host.js'
import { isScript } from '../../http/negotiation.js'
import { originOf } from '../../http/origin.js'
import { linkMarker } from '../../http/parameters.js'
import { goToProvider } from '../../core/replies/goToProvider.js'
import { redirect, type Reply } from '../../http/reply.js'
import { asksFirst, beginStepUp } from '../../login/stepUp/stepUp.js'
import { stepUpPath } from '../../login/stepUp/stepUpPath.js'
import { senderOf, wayBack } from '../../login/stepUp/wayBack.js'
import { missingOf, type Missing, type SignInRequirement } from './lacking.js'

/** What a guard asks of the login; `Req` is the host's request. */
export interface LoginRequirement<Req = Native> extends SignInRequirement {
  /** Slug of the account that must be signed in. */
  provider?: string
  /** Roles of which the user needs one. */
  roles?: readonly string[]
  check?: (user: AuthUser, req: Req) => boolean | Promise<boolean>
}

/** A request that authRouter has passed on. */
interface Attached {
  engine: Engine
  request: RequestContext
}

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
  if (!record || key === undefined || !user) return askToSignIn(engine, request, required.provider)
  const missing = missingSignIn(engine, request, record, user, required)
  if (missing) return await stepUp(engine, request, missing)
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
export function guardFailure({ engine, request }: Attached, { provider }: Pick<LoginRequirement, 'provider'>, thrown: unknown): Reply {
  const { host, publicUrl } = request
  const returnTo = senderOf(host) === 'form' ? wayBack(engine, request) : host.target
  return failure(engine, asAuthError(thrown, 'hook_failed', undecided), {
    host,
    publicUrl,
    slug: provider,
    returnTo,
    isScript: isScript(host),
  })
}

function isAllowed({ check }: LoginRequirement, user: AuthUser, { host }: RequestContext): boolean | Promise<boolean> {
  return !check || callHook('check', () => check(user, host.native), undecided)
}

/** @throws AuthError `login_required` where nobody can be sent anywhere to sign in */
function askToSignIn(engine: Engine, request: RequestContext, slug: string | undefined): Reply {
  const { host, publicUrl, record } = request
  if (comesByHeader(engine, slug)) throw notThroughProxy(slug)
  const sender = senderOf(host)
  const isPage = sender === 'page' || host.method === 'HEAD'
  const returnTo = isPage ? host.target : wayBack(engine, request)
  const query = new URLSearchParams({
    ...(returnTo === undefined ? {} : { returnTo }),
    ...(record && slug !== undefined ? { [linkMarker]: '1' } : {}),
  })
  const location = `${publicUrl.mountPath}${slug === undefined ? '' : `/${slug}`}${query.size === 0 ? '' : `?${query.toString()}`}`
  if (isPage) return redirect(302, location)
  // What a form sent cannot be brought back by a redirect.
  const message = sender === 'form' ? 'Sign in first. Your form was not sent: send it again afterwards.' : 'Sign in first.'
  throw new AuthError('login_required', message, { location })
}

/** Whether a sign-in that is asked for can come by a header alone. */
function comesByHeader(engine: Engine, slug: string | undefined): boolean {
  const { headerEntries } = engine
  if (headerEntries.length === 0) return false
  if (slug !== undefined) return headerEntries.some((entry) => entry.slug === slug)
  return engine.settings.lookup === undefined && headerEntries.length === engine.registrations().length
}

/** What the login of an account lacks. A fresh or strong sign-in is asked of every account that could be meant, because whoever is at the browser may have added the latest. */
function missingSignIn(
  engine: Engine,
  request: RequestContext,
  record: SessionRecord,
  user: AuthUser,
  { scope, ...required }: LoginRequirement,
): Missing | undefined {
  const now = engine.now()
  const granted = scope && grantedScope(request, user.key)
  const others = user.key === record.current ? [] : Object.values(record.accounts).filter((other) => other.user.provider === user.provider)
  for (const other of others) {
    const missing = other.user.key === user.key ? undefined : missingOf(required, { record, user: other.user, granted: undefined }, now)
    if (missing) return missing
  }
  // A header says that somebody is signed in, and not since when, unless it says that too.
  const isUndated = isHeaderAccount(request, user.key) && user.authTime === undefined
  const asked = isUndated ? { ...user, loggedInAt: new Date(0).toISOString() } : user
  return missingOf({ ...required, ...(scope ? { scope } : {}) }, { record, user: asked, granted }, now)
}

/** @throws AuthError why the tokens, which know what was granted, could not be read */
function grantedScope({ tokens }: RequestContext, key: string): string | undefined {
  const loaded = tokens.get(key)
  if (loaded?.error) throw loaded.error
  return loaded?.tokens?.scope
}

async function stepUp(engine: Engine, request: RequestContext, { stepUp: asked, wasInVain, error }: Missing): Promise<Reply> {
  const { host, publicUrl, registrations } = request
  if (wasInVain || !registrations.has(asked.key) || isHeaderAccount(request, asked.key)) throw error()
  const sender = senderOf(host)
  const isForm = sender === 'form'
  const back = wayBack(engine, request)
  const wanted = isForm ? { ...asked, resend: true } : asked
  const origin = originOf(host, publicUrl.origin)
  const isForeignForm = isForm && (origin === 'cross-site' || origin === 'same-site')
  if (sender === 'program' || isForeignForm) throw error(stepUpPath(engine, request, wanted, back))
  const returnTo = isForm ? back : returnToOf(engine, publicUrl, host.target, engine.settings.afterLogin)
  // Another site's link does not send anybody to a provider: the sign-in route asks first.
  if (asksFirst(engine, request, returnTo)) return redirect(302, stepUpPath(engine, request, wanted, returnTo))
  return goToProvider(false, isForm ? 303 : 302, await beginStepUp(engine, request, wanted, returnTo))
}
