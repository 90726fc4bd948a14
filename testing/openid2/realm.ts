import { isIP } from 'node:net'

/** A realm, which says to which addresses an answer may go (OpenID Authentication 2.0 section 9.2). */
export interface Realm {
  /** With `*.` left out. */
  url: URL
  hasWildcard: boolean
}

/** Reads a realm; `undefined` when it is none, or so general that it names nobody, such as `http://*.com/`. */
export function readRealm(text: string): Realm | undefined {
  const [, scheme = '', wildcard = '', rest = ''] = /^(https?:\/\/)(\*\.)?([\x21-\x7e]+)$/i.exec(text) ?? []
  if (scheme === '' || rest.includes('#') || !URL.canParse(scheme + rest)) return undefined
  const url = new URL(scheme + rest)
  if (url.username !== '' || url.password !== '' || url.hostname.includes('*')) return undefined
  const isTooGeneral = !/[^.]\.[^.]/.test(url.hostname) || isIP(url.hostname) !== 0
  return wildcard !== '' && isTooGeneral ? undefined : { url, hasWildcard: wildcard !== '' }
}

/** Reads where the answer is to go; `undefined` unless it is an absolute http or https URL to which parameters can be added. */
export function readReturnTo(text: string): URL | undefined {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(text) || text.includes('#') || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.username === '' && url.password === '' && !url.hostname.includes('*') ? url : undefined
}

/** Tells whether an address lies within a realm: same scheme and port, its host or one below a wildcard, its path or one below. */
export function isWithin(realm: Realm, address: URL): boolean {
  const { url, hasWildcard } = realm
  if (url.protocol !== address.protocol || url.port !== address.port) return false
  if (url.hostname !== address.hostname && !(hasWildcard && address.hostname.endsWith(`.${url.hostname}`))) return false
  if (url.search !== '') return address.pathname === url.pathname && `${address.search}&`.startsWith(`${url.search}&`)
  const directory = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  return address.pathname === url.pathname || address.pathname.startsWith(directory)
}
