import type { Transaction } from '../../../lib/model/login.js'
import { allowedReturnTo, returnToOf, type RequestContext } from '../../core/requestContext.js'
import type { Engine } from '../../core/engine.js'
import type { HostRequest } from '../../http/host.js'
import { isApiRequest } from '../../http/negotiation.js'

/** What sent a request of the application's: a tab that opens a page, a form in one, or a script or program. */
export type Sender = 'page' | 'form' | 'program'

export function senderOf(host: HostRequest): Sender {
  if (isApiRequest(host)) return 'program'
  if (host.method === 'GET') return 'page'
  // A program that takes anything is none that a page could tell what to do.
  const isShown = host.header('sec-fetch-dest') === 'document' || host.header('accept')?.includes('text/html') === true
  return host.method === 'POST' && isShown ? 'form' : 'program'
}

/**
 * Where a user can come back to from a login that a request needs: to its own address, or to the page of ours that sent it, as a form and a
 * script cannot be brought back by a redirect.
 * @returns a place that has passed rule R1; `undefined` where there is none
 */
export function wayBack(engine: Engine, { host, publicUrl }: RequestContext): string | undefined {
  const place = senderOf(host) === 'page' ? host.target : ownPage(host.header('referer'), publicUrl.origin)
  return place === undefined ? undefined : allowedReturnTo(engine, publicUrl, place)
}

/** Of an address, as `Referer` names one, path and query, where it is of this origin. */
function ownPage(address: string | undefined, origin: string): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.origin === origin ? url.pathname + url.search : undefined
}

/**
 * Where a login leads that has just ended; where a form had to wait for it, by way of a page that says so.
 * @param asked where it is to lead: rule R1 once more, because the value has been through a cookie or a store
 */
export function placeAfterLogin(
  engine: Engine,
  { publicUrl }: RequestContext,
  { resend, returnTo, slug }: Transaction,
  asked: string,
): string {
  const { afterLogin } = engine.settings
  const place = returnToOf(engine, publicUrl, asked, afterLogin)
  // The application's hook knows better where to go.
  if (resend !== true || place !== returnToOf(engine, publicUrl, returnTo, afterLogin)) return place
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ returnTo: place }).toString()}`
  return `${publicUrl.mountPath}/${slug}/confirmed${query}`
}
