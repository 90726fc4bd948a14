import { isSecureUrl } from '../../base/loopback.js'

const maxLength = 255

/**
 * An identifier as a user types it, normalised (OpenID Authentication 2.0 section 7.2): a URL without fragment. One without a scheme is
 * taken for https, and not for http as that section has it, since plain http proves nothing; XRIs, which no registry resolves any more, are
 * none.
 *
 * @returns `undefined` for what is no identifier: at most 255 characters, https (http on this machine itself), no credentials
 */
export function readIdentifier(typed: string): string | undefined {
  const text = typed.trim()
  if (text === '' || text.length > maxLength || /[\s\p{Cc}\\]/u.test(text) || /^(?:xri:|[=@+$!(])/i.test(text)) return undefined
  // A scheme is told from a port: `id.example:8443`.
  const address = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) ? text : `https://${text}`
  if (!/^https?:\/\/[^/]/i.test(address) || !URL.canParse(address)) return undefined
  const url = new URL(address)
  url.hash = ''
  if (!isSecureUrl(url) || url.username !== '' || url.password !== '' || url.href.length > maxLength) return undefined
  return url.href
}

// `..` between what only some servers take for slashes, or before what only some take away: of the others, URL leaves none.
const hiddenStep = /(?:\/|%2f|%5c)(?:\.|%2e){2}(?:$|\/|;|%2f|%5c|%3b)/i

/**
 * Whether an identifier is one of those that an entry lists: each is an address, and stands for all below it on the same origin.
 * @param identifier normalised
 */
export function isListed(identifier: string, listed: readonly string[]): boolean {
  const url = new URL(identifier)
  if (hiddenStep.test(url.pathname)) return false
  return listed.some((entry) => {
    const known = readIdentifier(entry)
    if (known === undefined) return false
    const { origin, pathname } = new URL(known)
    return (
      url.origin === origin && (url.pathname === pathname || url.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`))
    )
  })
}
