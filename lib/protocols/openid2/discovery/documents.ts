import { AuthError } from '../../../base/errors.js'
import { utf8 } from '../../../base/json.js'
import { defaultMaxBytes } from '../../../http/http.js'
import type { Context } from '../../../model/context.js'
import { isUsable, wayTo } from '../ways.js'

/** Milliseconds for all that one discovery fetches. */
const maxTime = 5_000
const maxRequests = 10
const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

/** A document that was fetched. */
export interface Document {
  /** Where it was in the end, without fragment. */
  address: string
  /** In lower case, without parameters. */
  type: string
  /** Where it says that its XRDS document is (Yadis 1.0 section 6.2.5). */
  xrdsLocation: string | undefined
  text: string
}

/** Fetches the documents of one discovery, within one limit of time and number. */
export type FetchDocument = (address: string, options: { accept: string; mayLeadTo?: (address: string) => boolean }) => Promise<Document>

/**
 * Makes what fetches the documents of one discovery. Redirects are followed by hand, each after the same checks as the first address.
 * @returns a function that throws AuthError `discovery_failed`
 */
export function documentFetcher(context: Context): FetchDocument {
  const { slug, outbound } = context
  const end = performance.now() + maxTime
  let requests = 0
  return async (first, { accept, mayLeadTo = () => true }) => {
    let address = first
    for (let followed = 0; followed <= maxRedirects; followed++) {
      if (++requests > maxRequests) throw undiscovered(slug, 'requests')
      if (!isUsable(context, address) || !mayLeadTo(address)) throw undiscovered(slug, 'address')
      const { status, headers, body } = await wayTo(
        context,
        address,
      )({
        method: 'GET',
        url: address,
        headers: { accept },
        timeout: Math.max(1, end - performance.now()),
        maxBytes: Math.min(defaultMaxBytes, outbound.maxBytes),
      })
      const { location, 'content-type': type = '', 'x-xrds-location': xrdsLocation } = headers
      if (status === 200) {
        return { address, type: type.split(';')[0]?.trim().toLowerCase() ?? '', xrdsLocation: xrdsLocation?.trim(), text: utf8(body) }
      }
      if (!redirects.has(status) || location === undefined) throw undiscovered(slug, 'status')
      address = resolved(location, address) ?? ''
    }
    throw undiscovered(slug, 'redirects')
  }
}

/** An address as it stands in a document at another one, without fragment; `undefined` for what is none. */
export function resolved(address: string, base: string): string | undefined {
  if (/[\p{Cc}\\]/u.test(address) || !URL.canParse(address, base)) return undefined
  const url = new URL(address, base)
  url.hash = ''
  return url.href
}

export function undiscovered(slug: string, reason: string, cause?: unknown): AuthError {
  return new AuthError('discovery_failed', 'At this address no OpenID provider could be found.', { provider: slug, reason, cause })
}
