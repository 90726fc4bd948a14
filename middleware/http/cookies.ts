import { parseCookie, stringifySetCookie } from 'cookie'
import type { HostRequest } from './host.js'

export interface CookieOptions {
  /** Seconds; left out for a cookie that ends with the browser. */
  maxAge?: number | undefined
}

type CookieHost = Pick<HostRequest, 'header' | 'cookies'>

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
export function cookieJar(host: CookieHost, secure: boolean): CookieJar {
  return new HttpCookies(host, secure)
}

// A class, because every request of a signed-in user makes one: functions of its own would cost more than reading the cookies.
class HttpCookies implements CookieJar {
  readonly #host: CookieHost
  readonly #secure: boolean
  readonly #prefix: string
  #received: Record<string, string | undefined> | undefined

  constructor(host: CookieHost, secure: boolean) {
    this.#host = host
    this.#secure = secure
    this.#prefix = secure ? '__Host-' : ''
  }

  get #cookies(): Record<string, string | undefined> {
    return (this.#received ??= parseCookie(this.#host.header('cookie') ?? '', { decode: (value) => value }))
  }

  names(): string[] {
    return Object.keys(this.#cookies)
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => name.slice(this.#prefix.length))
  }

  get(name: string): string | undefined {
    return Object.hasOwn(this.#cookies, this.#prefix + name) ? this.#cookies[this.#prefix + name] : undefined
  }

  set(name: string, value: string, { maxAge }: CookieOptions = {}): void {
    const line = stringifySetCookie(
      {
        name: this.#prefix + name,
        value,
        httpOnly: true,
        secure: this.#secure,
        sameSite: 'lax',
        path: '/',
        ...(maxAge === undefined ? {} : { maxAge }),
      },
      { encode: (text) => text },
    )
    this.#host.cookies.set(this.#prefix + name, line)
  }

  remove(name: string): void {
    this.set(name, '', { maxAge: 0 })
  }

  withdraw(name: string): void {
    this.#host.cookies.withdraw(this.#prefix + name)
  }

  size(name: string, value: string): number {
    // `name=value; `, all ASCII.
    return this.#prefix.length + name.length + value.length + 3
  }

  isWritable(): boolean {
    return this.#host.cookies.isOpen
  }
}

/** Prefix of all cookies of one application, so that two on one host do not take each other's. */
export function cookiePrefix(appId: string): string {
  return appId === 'authrouter' ? 'ar' : `ar-${appId}`
}
