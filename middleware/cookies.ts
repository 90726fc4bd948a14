import { parseCookie, stringifySetCookie } from 'cookie'
import type { Request, Response } from './http.js'

export interface CookieOptions {
  /** Seconds; left out for a cookie that ends with the browser. */
  maxAge?: number | undefined
}

/** The cookies of one request and its response, with the attributes that rule R5 asks for. */
export interface CookieJar {
  /** Names, without prefix, of the cookies that came. */
  names: () => string[]
  get: (name: string) => string | undefined
  set: (name: string, value: string, options?: CookieOptions) => void
  remove: (name: string) => void
  /** Leaves out of this response what was set or removed under a name. */
  withdraw: (name: string) => void
  /** Bytes that a cookie takes in the header of each request. */
  size: (name: string, value: string) => number
  /** Whether a `Set-Cookie` can still be sent. */
  isWritable: () => boolean
}

/**
 * Reads and writes cookies: HttpOnly, SameSite=Lax, Path=/, no Domain; Secure and `__Host-` wherever the application is reached by
 * https, so that no sub-domain can plant one.
 * @param secure whether the application is reached by https
 */
export function cookieJar(req: Request, res: Response, secure: boolean): CookieJar {
  const prefix = secure ? '__Host-' : ''
  let received: Record<string, string | undefined> | undefined
  const cookies = (): Record<string, string | undefined> => received ??= parseCookie(req.headers.cookie ?? '', { decode: (value) => value })

  function write(name: string, value: string, maxAge: number | undefined): void {
    const line = stringifySetCookie({ name: prefix + name, value, httpOnly: true, secure, sameSite: 'lax', path: '/',
      ...(maxAge === undefined ? {} : { maxAge }) }, { encode: (text) => text })
    // One line a cookie: a later value of this response replaces an earlier one.
    const others = [res.getHeader('set-cookie') ?? []].flat().map(String).filter((other) => !other.startsWith(`${prefix}${name}=`))
    res.setHeader('set-cookie', [...others, line])
  }

  return {
    names: () => Object.keys(cookies()).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    get: (name) => Object.hasOwn(cookies(), prefix + name) ? cookies()[prefix + name] : undefined,
    set: (name, value, { maxAge } = {}) => { write(name, value, maxAge) },
    remove: (name) => { write(name, '', 0) },
    withdraw(name) {
      const others = [res.getHeader('set-cookie') ?? []].flat().map(String).filter((line) => !line.startsWith(`${prefix}${name}=`))
      if (others.length > 0) res.setHeader('set-cookie', others)
      else res.removeHeader('set-cookie')
    },
    // `name=value; `, all ASCII.
    size: (name, value) => prefix.length + name.length + value.length + 3,
    isWritable: () => !res.headersSent,
  }
}

/** Prefix of all cookies of one application, so that two on one host do not take each other's. */
export function cookiePrefix(appId: string): string {
  return appId === 'authrouter' ? 'ar' : `ar-${appId}`
}
