import { isSecureUrl } from '../base/loopback.js'
import { invalid } from './invalid.js'

const authority = /^https?:\/\/([^/?#]+)/i

/**
 * The address of an endpoint, as it was written.
 * @throws AuthError `config_invalid` unless it is absolute, https (http on this machine itself), without credentials or fragment
 */
export function endpoint(text: string, path: string): string {
  secureAddress(text, path)
  return text
}

/** An issuer identifier (OpenID Connect Core section 2; RFC 9207 section 2), as written: it is compared letter by letter. */
export function issuerIdentifier(text: string, path: string): string {
  withoutQuery(secureAddress(text, path), path)
  return text
}

/** The base of relative addresses: ends in a slash, so that nothing can be glued to its host and its last segment stays. */
export function baseAddress(text: string, path: string): string {
  const url = withoutQuery(secureAddress(text, path), path)
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

/** A place where the application is reached from outside, without a slash at the end. */
export function applicationAddress(text: string, path: string): string {
  const url = withoutQuery(secureAddress(text, path), path)
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** An origin (RFC 6454), exactly: scheme, host, and a port that is not the scheme's own. */
export function exactOrigin(text: string, path: string): string {
  const url = secureAddress(text, path)
  if (url.origin === text) return text
  throw invalid(path, `must be an exact origin, without path, query or slash at the end: write '${url.origin}'.`)
}

/** Whether a text is a path in its one spelling: nothing encoded, no empty or dot segment, no query. It may end in a slash. */
export function isPlainPath(text: string): boolean {
  return /^(?:\/[\w.~-]+)+\/?$/.test(text) && !text.split('/').some((segment) => segment === '.' || segment === '..')
}

const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** Whether a text is a host name, with a port or without, and nothing else. */
export function isHost(text: string): boolean {
  const [, name = '', port] = /^([^:]*)(?::([1-9]\d{0,4}))?$/.exec(text) ?? []
  return hostName.test(name) && Number(port ?? 443) <= 65_535
}

function secureAddress(text: string, path: string): URL {
  const [, host] = authority.exec(text) ?? []
  if (host === undefined || /[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) {
    throw invalid(path, "must be an absolute URL, such as 'https://id.example.com'.")
  }
  if (host.includes('@')) throw invalid(path, 'must not hold a user name or a password.')
  if (text.includes('#')) throw invalid(path, 'must not have a fragment: leave out # and what follows it.')
  const url = new URL(text)
  if (isSecureUrl(url)) return url
  throw invalid(path, 'must use https: plain http is for this machine itself only, such as http://localhost:3000.')
}

function withoutQuery(url: URL, path: string): URL {
  if (url.href.includes('?')) throw invalid(path, 'must not have a query: leave out ? and what follows it.')
  return url
}
