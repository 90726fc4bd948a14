import { isSecureUrl } from '../../base/loopback.js'
import type { Context } from '../../model/context.js'
import type { Transaction } from '../../model/login.js'
import { matchesWhole } from '../../tokens/wholeMatch.js'
import { discover } from './discovery/discover.js'
import { undiscovered } from './discovery/documents.js'
import { invalid } from './invalid.js'

const maxLength = 255

/** @returns the identifier as URLs are written; `undefined` for what is no http or https URL, has credentials, or more than 255 characters */
export function readClaimedId(text: string): string | undefined {
  if (text.length > maxLength || /[\s\p{Cc}\\]/u.test(text) || !/^https?:\/\/[^/@]+(?:[/?#]|$)/i.test(text) || !URL.canParse(text))
    return undefined
  return new URL(text).href
}

/** Whether two identifiers are the same once they are written as URLs are. */
function isSame(one: string, other: string): boolean {
  return (readClaimedId(one) ?? one) === (readClaimedId(other) ?? other)
}

/** An identifier as discovery takes it (OpenID Authentication 2.0 section 11.5.2). */
export function withoutFragment(identifier: string): string {
  return identifier.replace(/#.*$/s, '')
}

/** Whom an answer is about, and who says so. */
interface Claim {
  claimedId: string
  identity: string
  endpoint: string
}

/** What can be said of the identifiers without asking anybody: they are what the login was about, or such as the entry takes. */
export function requireAsked(context: Context, { own = {} }: Transaction, { claimedId, identity }: Claim): void {
  const { slug, provider } = context
  const { claimedIdPattern: pattern } = provider
  if (pattern && !matchesWhole(pattern, claimedId)) throw invalid(slug, 'claimed_id')
  if (standsForDiscovery(context)) {
    // Nothing says whom else the provider may mean by another name.
    if (!isSame(identity, claimedId)) throw invalid(slug, 'identity')
    return
  }
  const url = withoutFragment(claimedId)
  if (!isSecureUrl(new URL(url)) || context.admits?.(url) === false) throw invalid(slug, 'claimed_id')
  if (own['claimedId'] === url && !isSame(identity, own['localId'] ?? url)) throw invalid(slug, 'identity')
}

/**
 * Whether the provider may speak for the identifier (section 11.2): the login was about it, the entry says so, or discovery does.
 * @throws AuthError `assertion_invalid`, `discovery_failed`
 */
export async function requireAuthority(
  context: Context,
  { own = {} }: Transaction,
  { claimedId, identity, endpoint }: Claim,
): Promise<void> {
  const { slug } = context
  const url = withoutFragment(claimedId)
  if (standsForDiscovery(context) || own['claimedId'] === url) return
  const { identifier, services } = await discover(context, url)
  // Where it leads to another address, that one is the identifier, and somebody else's perhaps.
  if (identifier !== url) throw undiscovered(slug, 'redirects')
  const isTheirs = services.some(
    (service) => !service.isProvider && service.endpoint === endpoint && isSame(withoutFragment(identity), service.localId ?? url),
  )
  if (!isTheirs) throw invalid(slug, 'op_endpoint')
}

/** Whether the entry itself says for whom its endpoint may speak. */
function standsForDiscovery({ provider }: Context): boolean {
  return provider.authorizationEndpoint !== undefined && provider.claimedIdPattern !== undefined
}
