import { asAuthError, type AuthError } from '../../lib/base/errors.js'
import { titleOf } from '../../lib/config/entries/title.js'
import type { HostRequest } from '../http/host.js'
import { wantsJson } from '../http/negotiation.js'
import { linkMarker } from '../http/parameters.js'
import type { PublicUrl } from '../http/publicUrl.js'
import { json, page, type Reply } from '../http/reply.js'
import { errorPage } from '../pages/pages.js'
import type { Engine } from './engine.js'
import { tellOfError } from './events.js'

/** What is known of a request that failed; a request context knows all of it. */
export interface FailedRequest {
  host: HostRequest
  publicUrl: PublicUrl | undefined
  /** The provider that the request was for. */
  slug: string | undefined
  /** Where the user wanted to go, safe to name. */
  returnTo: string | undefined
  /** Whether an account was to be added to the signed-in user: starting again is not to sign them in as somebody else. */
  isLink?: boolean
  /** Whether it is the end of a sign-out, of which the page speaks then. */
  isLogout?: boolean
  /** The methods that the route takes, where that is what failed. */
  allow?: readonly string[] | undefined
}

/**
 * The one door for failures: the application is told, and the reply says what happened and how to go on.
 * @param thrown anything; what is no `AuthError` counts as `hook_failed`, and its own words stay inside
 */
export function failure(engine: Engine, thrown: unknown, request: FailedRequest): Reply {
  const error = asAuthError(thrown, 'hook_failed', 'Something went wrong on our side.')
  tellOfError(engine, error, request)
  const reply = answer(engine, error, request)
  return engine.settings.errors === 'next' ? { ...reply, error } : reply
}

function answer({ settings }: Engine, error: AuthError, request: FailedRequest): Reply {
  const { status } = error
  const reply = wantsJson(request.host) ? json(status, error) : page(status, errorPage(pageOf(settings, error, request)))
  const headers = {
    ...(status === 503 ? { 'Retry-After': '5' } : {}),
    ...(request.allow ? { Allow: request.allow.join(', ') } : {}),
  }
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

function pageOf(
  settings: Engine['settings'],
  { status, code, message, provider, ...error }: AuthError,
  { publicUrl, slug, returnTo, isLink = false, isLogout = false }: FailedRequest,
): Parameters<typeof errorPage>[0] {
  const mountPath = publicUrl?.mountPath ?? settings.path
  const known = slug !== undefined && code !== 'unknown_provider'
  // The provider's own word, such as invalid_client, is what whoever set this up needs to read.
  const word = error.reason ?? error.providerError
  const detail = word === code ? undefined : word
  const parameters = new URLSearchParams({
    ...(returnTo === undefined ? {} : { returnTo }),
    ...(isLink && known ? { [linkMarker]: '1' } : {}),
  })
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`
  return {
    status,
    code,
    ...(isLogout ? { heading: 'Sign-out did not finish' } : {}),
    detail,
    message,
    ...(provider === undefined || !known ? {} : { provider: titled(settings, provider) }),
    startAgain:
      error.location !== undefined
        ? { url: error.location, label: 'Start again' }
        : known
          ? { url: `${mountPath}/${slug}${query}`, label: 'Start again' }
          : { url: `${mountPath}${query}`, label: 'Choose how to sign in' },
    homeUrl: settings.afterLogout,
  }
}

function titled({ registrations }: Engine['settings'], slug: string): string {
  const registration = registrations.get(slug)
  return registration ? titleOf(registration) : slug
}
