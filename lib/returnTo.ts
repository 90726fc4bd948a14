export interface ReturnToRules {
  /** Where the application is reached from outside, without a slash at the end. */
  baseUrl: string
  /** Path of authrouter's own routes as seen from outside, such as `/auth`: never a place to return to. */
  mountPath: string
  /** Paths of callbacks below the base URL, where they are not below `mountPath`: no places to return to either. */
  callbackPaths?: Iterable<string>
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

function ownPath(value: string, rules: ReturnToRules): string | undefined {
  const { baseUrl } = rules
  if (value.startsWith('//')) return undefined
  const base = new URL(baseUrl)
  const url = parse(value, base)
  if (url?.origin !== base.origin || url.username || url.password) return undefined
  const text = url.pathname + url.search + url.hash
  if (!text.startsWith('/') || text.startsWith('//')) return undefined
  if (encodedEscape.test(url.pathname)) return undefined
  if (isOurs(url.pathname, rules)) return undefined
  if (parse(text, base)?.href !== url.href) return undefined
  return text
}

function listedOrigin(value: string, rules: ReturnToRules): string | undefined {
  const { baseUrl, origins } = rules
  const url = parse(value)
  if (!url || url.username || url.password || !origins.includes(url.origin)) return undefined
  // A blob: URL has the origin of the page that made it.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (url.origin === new URL(baseUrl).origin && isOurs(url.pathname, rules)) return undefined
  return url.href
}

/** Whether a path is, or passes for, that of a route of ours. */
function isOurs(pathname: string, { baseUrl, mountPath, callbackPaths = [] }: ReturnToRules): boolean {
  const path = laxly(pathname)
  const mount = mountPath.toLowerCase()
  if (path === mount || path.startsWith(`${mount}/`)) return true
  const base = new URL(baseUrl).pathname.replace(/\/$/, '')
  for (const callbackPath of callbackPaths) {
    if (withoutSlash(path) === withoutSlash((base + callbackPath).toLowerCase())) return true
  }
  return false
}

/** A path as servers read it that take several spellings for one. */
function laxly(pathname: string): string {
  let path = pathname
  try {
    path = decodeURIComponent(pathname)
  } catch {
    // A path that does not decode is compared as it stands.
  }
  return path.toLowerCase().replace(/\/{2,}/g, '/')
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '')
}

function parse(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
