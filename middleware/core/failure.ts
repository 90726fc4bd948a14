import type { AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import { type Next, type Request, type Response, wantsJson } from '../http/host.js'
import type { PublicUrl } from '../http/publicUrl.js'
import { sendJson, sendPage } from '../http/reply.js'
import { errorPage } from '../pages/pages.js'
import type { Engine } from './engine.js'
import { callHook } from './hooks.js'
import { failureEvent, hookFailed } from './logging.js'

export interface FailedRequest {
  req: Request
  res: Response
  next: Next | undefined
  place: PublicUrl | undefined
  /** The provider that the request was for, as far as it is known. */
  slug: string | undefined
  /** Where the person wanted to go, safe to name. */
  returnTo: string | undefined
}

/** Tells the application; the visitor's answer does not wait for it. */
function tellHook({ settings, log }: Engine, error: AuthError, req: Request): void {
  const { onError } = settings.hooks
  if (!onError) return
  Promise.resolve().then(() => callHook('onError', () => onError({ error, req }))).catch((thrown: unknown) => {
    log('error', hookFailed('onError', thrown))
  })
}

/** Tells the hook, the listeners and the log of a failure, once each. */
export function report(engine: Engine, error: AuthError, { req, slug }: Pick<FailedRequest, 'req' | 'slug'>): void {
  error.provider ??= slug
  const { status, provider } = error
  engine.log(status >= 500 ? 'error' : 'warn', failureEvent('login_failed', error))
  engine.emit('error', { error, provider })
  tellHook(engine, error, req)
}

/** The one door for failures: reported, then answered, or handed to the application. */
export function fail(engine: Engine, error: AuthError, failed: FailedRequest): void {
  report(engine, error, failed)
  const { req, res, next } = failed
  const { status } = error
  if (engine.settings.errors === 'next' && next) {
    next(error)
    return
  }
  if (res.headersSent) {
    res.destroy()
    return
  }
  if (status === 503) res.setHeader('Retry-After', '5')
  if (wantsJson(req)) sendJson(res, status, error)
  else sendPage(res, status, errorPage(pageOf(engine, error, failed)))
}

function titled({ registrations }: Engine['settings'], slug: string): string {
  const registration = registrations.get(slug)
  return registration ? titleOf(registration) : slug
}

function pageOf({ settings }: Engine, { status, code, message, provider, ...error }: AuthError, { place, slug, returnTo }: FailedRequest): Parameters<typeof errorPage>[0] {
  const mountPath = place?.mountPath ?? settings.path
  // The provider's own word, such as invalid_client, is what whoever set this up needs to read.
  const word = error.reason ?? error.providerError
  const detail = word === code ? undefined : word
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
  const known = slug !== undefined && code !== 'unknown_provider'
  return {
    status,
    code,
    detail,
    message,
    ...(provider === undefined || !known ? {} : { provider: titled(settings, provider) }),
    startAgain: known
      ? { url: `${mountPath}/${slug}${query}`, label: 'Start again' }
      : { url: `${mountPath}${query}`, label: 'Choose how to sign in' },
    homeUrl: settings.afterLogout,
  }
}
