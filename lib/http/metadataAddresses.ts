import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import type { Context } from '../model/context.js'
import type { Outbound } from '../model/http.js'
import { insideOf, openedHosts } from './publicAddress.js'

type Metadata = Readonly<Record<string, unknown>>

// A login needs them: without one of these it would fail later, and with a bad one it must not begin.
const required: readonly string[] = ['authorization_endpoint', 'token_endpoint', 'jwks_uri']

/**
 * A discovery document with only such addresses as may be used (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2): an optional
 * one that may not counts as absent.
 *
 * @throws AuthError `discovery_failed` where the document has one that a login needs, and that may not be used
 */
export function withUsableAddresses(metadata: Metadata, context: Context): Record<string, unknown> {
  const { provider, slug, outbound } = context
  const usable = usableAddress([provider.issuer, provider.discoveryEndpoint], outbound)
  const needed = required.find(
    (name) =>
      !(name === 'authorization_endpoint' && provider.authorizationEndpoint !== undefined)
      && metadata[name] !== undefined
      && !usable(metadata[name]),
  )
  if (needed !== undefined) {
    throw new AuthError(
      'discovery_failed',
      `The discovery document of providers.${slug} names an address that may not be used as its ${needed}.`,
      { provider: slug, reason: needed },
    )
  }
  const { mtls_endpoint_aliases: aliases, ...rest } = metadata
  return { ...withoutUnusable(rest, usable), ...(isObject(aliases) ? { mtls_endpoint_aliases: withoutUnusable(aliases, usable) } : {}) }
}

function withoutUnusable(metadata: Metadata, usable: (address: unknown) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name, value]) => !isAddressName(name) || usable(value)))
}

function isAddressName(name: string): boolean {
  return name.endsWith('_endpoint') || name === 'jwks_uri'
}

/**
 * Which addresses that a provider names may be used: https without credentials and fragment, plain http on this machine where the entry
 * itself is there, and none of a private network unless the entry or `http.privateHosts` names one.
 * @param configured addresses of the entry
 */
export function usableAddress(
  configured: readonly (string | undefined)[],
  { privateHosts }: Pick<Outbound, 'privateHosts'>,
): (address: unknown) => boolean {
  const own = configured.flatMap((address) => (address !== undefined && URL.canParse(address) ? [new URL(address)] : []))
  const opened = openedHosts(privateHosts)
  return (address) => {
    const url = typeof address === 'string' ? plainUrl(address) : undefined
    if (!url) return false
    const inside = insideOf(url.hostname)
    if (url.protocol === 'http:') return inside === 'loopback' && own.some(isLoopbackHttp)
    if (url.protocol !== 'https:') return false
    return (
      inside === undefined || opened.has(url.hostname.replace(/^\[|\]$/g, '')) || own.some(({ hostname }) => insideOf(hostname) === inside)
    )
  }
}

function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && insideOf(hostname) === 'loopback'
}

/** An absolute URL in which nothing hides: no white space, no user name or password, no fragment. */
function plainUrl(address: string): URL | undefined {
  // URL would drop tabs and line breaks, and take a backslash for a slash.
  if (/[\s\p{Cc}\\#]/u.test(address) || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.username === '' && url.password === '' && !/^[a-z]+:\/\/[^/?]*@/i.test(address) ? url : undefined
}
