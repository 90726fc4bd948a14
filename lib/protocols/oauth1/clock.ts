import { utf8 } from '../../base/json.js'
import type { Context } from '../../model/context.js'
import type { HttpResponse } from '../../model/http.js'
import type { ResolvedProvider } from '../../model/provider.js'

// Seconds by which a provider's clock is ahead of ours, of providers that refused a timestamp.
const offsets = new WeakMap<ResolvedProvider, number>()

// A Date header has whole seconds, and travels for a while.
const inexactness = 2
// A refusal is a line; nobody reads a long answer for it.
const maxRefusal = 4096
const refusalInHeader = /(?:^|[\s,])oauth_problem\s*=\s*"?timestamp_refused"?\s*(?:,|$)/i
const httpDate = /^[A-Z][a-z]{2,8}, .{1,30} GMT$/

/** The present time by the provider's clock as far as it is known, in whole seconds since 1970 (RFC 5849, 3.3). */
export function timestampFor({ provider, now }: Pick<Context, 'provider' | 'now'>): number {
  // No provider's clock takes the time before the first second: RFC 5849 asks for a positive number.
  return Math.max(1, Math.floor(now() / 1000) + (offsets.get(provider) ?? 0))
}

/**
 * Learns the provider's clock from a request that it refused for its timestamp, by the refusal's `Date` header.
 *
 * @returns whether the request is worth signing anew: its timestamp was refused, and by what is known now it would have another one
 * @see OAuth Problem Reporting extension: `oauth_problem=timestamp_refused` in `WWW-Authenticate`, or in a form-encoded body
 */
export function learnClock({ provider, now }: Pick<Context, 'provider' | 'now'>, response: HttpResponse): boolean {
  if (!refusesTimestamp(response)) return false
  const date = response.headers['date'] ?? ''
  const providerSeconds = httpDate.test(date) ? Date.parse(date) / 1000 : Number.NaN
  if (!(providerSeconds > 0)) return false
  const offset = Math.round(providerSeconds - now() / 1000)
  const known = offsets.get(provider) ?? 0
  if (Math.abs(offset) < inexactness) offsets.delete(provider)
  else offsets.set(provider, offset)
  // A request that was signed before another one learnt the clock is worth it, too.
  return Math.abs(offset) >= inexactness || Math.abs(offset - known) >= inexactness
}

function refusesTimestamp({ status, headers, body }: HttpResponse): boolean {
  if (status !== 400 && status !== 401) return false
  if (refusalInHeader.test(headers['www-authenticate'] ?? '')) return true
  return body.length <= maxRefusal && new URLSearchParams(utf8(body).trim()).get('oauth_problem') === 'timestamp_refused'
}
