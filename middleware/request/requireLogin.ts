import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { AuthUser } from '../../lib/model/user.js'
import { requireCertainty } from '../core/doubt.js'
import type { Engine } from '../core/engine.js'
import { fail } from '../core/failure.js'
import { callHook } from '../core/hooks.js'
import { returnToOf, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { type Handler, isApiRequest, type Next, type Request } from '../http/host.js'
import { originOf } from '../http/origin.js'
import { redirect } from '../http/reply.js'
import { beginLogin } from '../login/beginLogin.js'
import { attachedTo } from './attach.js'

export interface LoginRequirement {
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
  check?: (user: AuthUser, req: Request) => boolean | Promise<boolean>
}

/** Milliseconds after a step-up within which asking for the same again is pointless: it would only turn in a circle. */
const justNow = 60_000

const undecided = 'The application could not decide whether you may see this.'

/**
 * Lets a request through only when somebody is signed in.
 *
 * Signed out: a page goes to the sign-in and comes back, an API request gets 401. Signed in but lacking: a login that adds what is
 * missing and comes back, or 403.
 *
 * @param requirement a slug, or what is asked of the login; nothing for any signed-in user
 * @example app.get('/private', requireLogin('corp'), handler)
 */
export function requireLogin(requirement: string | LoginRequirement = {}): Handler {
  const required = typeof requirement === 'string' ? { provider: requirement } : requirement
  return (req, res, next) => {
    guard(required, req, next).catch((thrown: unknown) => {
      const error = asAuthError(thrown, 'hook_failed', undecided)
      const attached = attachedTo(req)
      if (!attached) {
        if (next) next(error)
        else res.writeHead(error.status).end()
        return
      }
      fail(attached.engine, error, { req, res, next, place: attached.request.place, slug: required.provider, returnTo: returnPath(req) })
    })
  }
}

async function guard(required: LoginRequirement, req: Request, next: Next | undefined): Promise<void> {
  const attached = attachedTo(req)
  if (!attached) throw new AuthError('config_invalid', 'requireLogin needs app.use(authRouter(config)) before it.')
  const { engine, request } = attached
  requireCertainty(request)
  const slug = required.provider ?? request.record?.current
  const user = slug === undefined ? undefined : request.record?.accounts[slug]?.user
  if (slug === undefined || !user) {
    askToSignIn(request, required.provider)
    return
  }
  const missing = lacking(required, user, grantedScope(request, slug, required), engine.now())
  if (missing) {
    await stepUp(engine, request, user, missing)
    return
  }
  const hasRole = !required.roles || required.roles.some((role) => user.roles.includes(role))
  if (!hasRole || !await isAllowed(required, user, req)) throw new AuthError('forbidden', 'Your account may not see this.')
  next?.()
}

function isAllowed({ check }: LoginRequirement, user: AuthUser, req: Request): boolean | Promise<boolean> {
  return !check || callHook('check', () => check(user, req), undecided)
}

/** @throws AuthError why the tokens, which know what was granted, could not be read */
function grantedScope({ tokens }: RequestContext, slug: string, { scope }: LoginRequirement): string | undefined {
  const loaded = tokens.get(slug)
  if (scope && loaded?.error) throw loaded.error
  return loaded?.tokens?.scope
}

function askToSignIn({ req, res, place }: RequestContext, slug: string | undefined): void {
  if (isApiRequest(req) || !isReadable(req)) throw new AuthError('login_required', 'Sign in first.')
  redirect(res, 302, `${place.mountPath}${slug === undefined ? '' : `/${slug}`}?returnTo=${encodeURIComponent(returnPath(req))}`)
}

interface Missing { options: LoginOptions; error: AuthError }

function lacking({ scope = [], maxAge, acr }: LoginRequirement, user: AuthUser, granted: string | undefined, now: number): Missing | undefined {
  const loggedInAt = Date.parse(user.authTime ?? user.loggedInAt)
  if (maxAge !== undefined && now - loggedInAt > maxAge * 1000) {
    return { options: { maxAge, prompt: 'login' }, error: new AuthError('reauth_required', 'Sign in again to go on.') }
  }
  if (acr !== undefined && user.acr !== acr) {
    return { options: { acrValues: [acr] }, error: new AuthError('forbidden', 'This needs a stronger sign-in.') }
  }
  const have = new Set(granted?.split(' '))
  // All that is required and not what is lacking of it, which may be another part each time.
  return scope.every((item) => have.has(item)) ? undefined : { options: { scope }, error: new AuthError('forbidden', 'This needs an access that you have not granted.') }
}

async function stepUp(engine: Engine, request: RequestContext, user: AuthUser, { options, error }: Missing): Promise<void> {
  const { req, res, record, tokens } = request
  const digest = sha256(JSON.stringify([user.provider, options])).slice(0, 16)
  const registration = await engine.find(user.provider, req)
  if (isApiRequest(req) || req.method !== 'GET' || !registration || hasJustAsked(record, digest, engine.now())) throw error
  const returnTo = returnToOf(engine, request.place, returnPath(req), engine.settings.afterLogin)
  // Another site's link does not send anybody to a provider: the sign-in route asks first, and the guard adds what it needs afterwards.
  const asksFirst = engine.settings.crossSiteStart === 'confirm' && originOf(req, request.place.origin) === 'cross-site'
  if (asksFirst && !isBackFromLogin(record, returnTo, engine.now())) {
    redirect(res, 302, `${request.place.mountPath}/${registration.slug}?returnTo=${encodeURIComponent(returnTo)}`)
    return
  }
  // Many providers replace what they granted before, so that is asked for as well.
  const granted = tokens.get(user.provider)?.tokens?.scope?.split(' ').filter(Boolean) ?? []
  redirect(res, 302, await beginLogin(engine, request, registration, { ...options, scope: [...granted, ...options.scope ?? []], returnTo }, digest))
}

/** Whether this person has just come back from a login that was to bring the same: a provider that does not grant it would be asked for ever. */
function hasJustAsked(record: SessionRecord | undefined, digest: string, now: number): boolean {
  return record?.finished.some(({ stepUp: asked, at = 0 }) => asked === digest && now - at < justNow) === true
}

/** Whether a login led here just now: browsers call the rest of a way that came by the provider cross-site. */
function isBackFromLogin(record: SessionRecord | undefined, returnTo: string, now: number): boolean {
  return record !== undefined && now - record.createdAt < justNow && record.finished.at(-1)?.returnTo === returnTo
}

// What a form sent cannot be brought back by a redirect.
function isReadable(req: Request): boolean {
  return req.method === 'GET' || req.method === 'HEAD'
}

function returnPath(req: Request): string {
  return req.originalUrl ?? req.url ?? '/'
}
