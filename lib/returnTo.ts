export interface ReturnToRules {
  /** Where the application is reached from outside, without a slash at the end. */
  baseUrl: string
  /** Path of authrouter's own routes as seen from outside, such as `/auth`: never a place to return to. */
  mountPath: string
  /** Exact other origins that may be named. */
  origins: readonly string[]
}

const maxLength = 2048
// White space, controls and look-alikes that browsers strip or turn into slashes before they follow a Location.
const forbiddenCharacters = /[\u0000-\u0020\u007f-\u00a0\\\u2028\u2029\ufeff]/
// What a lax proxy decodes into a second slash or a line break.
const encodedEscape = /^\/+(?:%2f|%5c|%0[09ad])/i

/**
 * Decides whether a requested place to return to may be used: a path of this application, or a URL of a listed origin.
 *
 * @param value what was asked for: anything at all
 * @returns the text to redirect to, parsed and written again by the URL parser, or `undefined` to refuse
 *
 * Sources: RFC 9700 section 4.11 (no open redirectors); the WHATWG URL Standard decides what a browser would do with the text.
 */
export function safeReturnTo(value: unknown, rules: ReturnToRules): string | undefined {
  if (typeof value !== 'string' || value.length < 1 || value.length > maxLength) return undefined
  if (forbiddenCharacters.test(value) || !value.isWellFormed()) return undefined
  const text = value.startsWith('/') ? ownPath(value, rules) : listedOrigin(value, rules)
  // Written by the parser a text gets longer, up to twelve times, and it is asked about again before it is used.
  return text === undefined || text.length > maxLength ? undefined : text
}

function ownPath(value: string, { baseUrl, mountPath }: ReturnToRules): string | undefined {
  if (value.startsWith('//')) return undefined
  const base = new URL(baseUrl)
  const url = parse(value, base)
  if (url?.origin !== base.origin || url.username || url.password) return undefined
  const text = url.pathname + url.search + url.hash
  if (!text.startsWith('/') || text.startsWith('//')) return undefined
  if (encodedEscape.test(url.pathname)) return undefined
  if (isWithin(url.pathname, mountPath)) return undefined
  if (parse(text, base)?.href !== url.href) return undefined
  return text
}

function listedOrigin(value: string, { baseUrl, mountPath, origins }: ReturnToRules): string | undefined {
  const url = parse(value)
  if (!url || url.username || url.password || !origins.includes(url.origin)) return undefined
  // A blob: URL has the origin of the page that made it.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (url.origin === new URL(baseUrl).origin && isWithin(url.pathname, mountPath)) return undefined
  return url.href
}

function isWithin(pathname: string, mountPath: string): boolean {
  let path = pathname
  try {
    path = decodeURIComponent(pathname)
  } catch {
    // A path that does not decode is compared as it stands.
  }
  path = path.toLowerCase().replace(/\/{2,}/g, '/')
  const mount = mountPath.toLowerCase()
  return path === mount || path.startsWith(`${mount}/`)
}

function parse(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined
}
