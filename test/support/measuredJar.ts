import { cookieJar, type CookieJar } from '../../middleware/http/cookies.js'
import type { HostRequest } from '../../middleware/http/host.js'

/** A jar over cookies that a test made, and the `Set-Cookie` lines that it wrote. */
export function measuredJar(cookies: ReadonlyMap<string, string>, { secure = false } = {}): { jar: CookieJar; lines: () => string[] } {
  const header = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const lines = new Map<string, string>()
  const host: Pick<HostRequest, 'header' | 'cookies'> = {
    header: (name) => (name === 'cookie' ? header : undefined),
    cookies: {
      isOpen: true,
      set: (name, line) => {
        lines.set(name, line)
      },
      withdraw: (name) => {
        lines.delete(name)
      },
      beforeSent: () => undefined,
    },
  }
  return { jar: cookieJar(host, secure), lines: () => [...lines.values()] }
}

/** The cookies as a browser keeps them after an answer. */
export function keptAfter(cookies: ReadonlyMap<string, string>, lines: readonly string[]): Map<string, string> {
  const kept = new Map(cookies)
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    kept.delete(name)
    if (!/; max-age=0\b/i.test(line)) kept.set(name, pair.slice(name.length + 1))
  }
  return kept
}

/** Bytes that cookies take in the header of a request. */
export function bytesOf(cookies: ReadonlyMap<string, string>): number {
  return [...cookies].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0)
}
