import { AuthError } from '../../lib/base/errors.js'
import type { HostRequest } from './host.js'

/** Where a request was made from, by what browsers say and scripts cannot forge. */
export type RequestOrigin = 'same-origin' | 'same-site' | 'cross-site' | 'user' | 'unknown'

/**
 * Where a request was made from: Sec-Fetch-Site where the browser sends it, else the Origin header.
 *
 * `user` is a typed address or a bookmark; `unknown` is a client that sends neither header, which no web page can make a browser do
 * for a request that changes state. Source: Fetch Metadata Request Headers; Fetch Standard, Origin header.
 */
export function originOf(host: HostRequest, ownOrigin: string): RequestOrigin {
  const site = host.header('sec-fetch-site')
  if (site === 'none') return 'user'
  if (site === 'same-origin' || site === 'same-site') return site
  if (site !== undefined) return 'cross-site'
  const origin = host.header('origin')
  if (origin === undefined) return 'unknown'
  return origin === ownOrigin ? 'same-origin' : 'cross-site'
}

/** Whether the request loads a page into a tab, as far as the client says. */
export function isNavigation(host: HostRequest): boolean {
  const destination = host.header('sec-fetch-dest')
  return destination === undefined || destination === 'document'
}

/**
 * Lets a state-changing request through only when it comes from the application's own pages, or holds the session's CSRF token.
 * @throws AuthError `csrf`
 */
export function requireSameOrigin(host: HostRequest, ownOrigin: string, hasToken: boolean): void {
  if (originOf(host, ownOrigin) !== 'same-origin' && !hasToken) {
    throw new AuthError('csrf', 'This request has to come from a page of this site, or carry the csrfToken of /auth/session.')
  }
}
