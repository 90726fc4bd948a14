/**
 * Whether a realm covers an address that answers come back to (OpenID Authentication 2.0 section 9.2): the same scheme and port, the same
 * host or one that the wildcard stands for, the same path or one below it.
 * @returns `false` also for what is no realm: with a fragment, credentials or a query, or with a wildcard for all hosts below a name of one
 * label, such as `https://*.com/`
 */
export function coversAddress(realm: string, address: string): boolean {
  const [, scheme = '', wildcard, rest = ''] = /^(https?:\/\/)(\*\.)?([\x21-\x7e]+)$/i.exec(realm) ?? []
  if (rest === '' || /[#?*\\]/.test(rest) || !URL.canParse(scheme + rest)) return false
  const { protocol, hostname, port, pathname, username, password } = new URL(scheme + rest)
  const to = new URL(address)
  if (username !== '' || password !== '' || protocol !== to.protocol || port !== to.port) return false
  const isBelow = wildcard !== undefined && /[^.]\.[^.]/.test(hostname) && to.hostname.endsWith(`.${hostname}`)
  if (wildcard !== undefined && !/[^.]\.[^.]/.test(hostname)) return false
  if (to.hostname !== hostname && !isBelow) return false
  return to.pathname === pathname || to.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`)
}
