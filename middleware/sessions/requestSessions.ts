import { AuthError } from '../../lib/base/errors.js'
import type { ResolvedSession, SessionWriter } from '../core/sessionRecord.js'
import type { HostRequest } from '../http/host.js'

/**
 * Whether a session middleware runs before authRouter, as the option `session: 'request'` says or earlier requests have shown. From then
 * on a request without its session is one whose store is away: a sealed cookie in its place would be a second session beside the first.
 */
export interface RequestSessions {
  /** Takes note of a request that has a session. */
  note: (host: HostRequest) => void
  /** Whether a request without a session should have one. */
  isExpected: () => boolean
  /** Whether the browser sent the cookie of one, as far as the cookie's name is known. */
  isCarried: (cookie: string | undefined) => boolean
}

/** @param areExpected whether the configuration says so, before any request does */
export function requestSessions(areExpected: boolean): RequestSessions {
  let wereSeen = areExpected
  let cookieName: string | undefined
  return {
    note(host) {
      wereSeen = true
      cookieName ??= cookieNameOf(host)
    },
    isExpected: () => wereSeen,
    isCarried: (cookie) => cookie !== undefined && (cookieName === undefined || cookie.includes(`${cookieName}=`)),
  }
}

/** The name of the cookie that brought the session's id; express-session signs it as `s:<id>.<signature>`. Of several that look so, a visitor made all but one. */
function cookieNameOf(host: HostRequest): string | undefined {
  const { sessionId } = host
  const cookie = host.header('cookie')
  if (cookie === undefined || sessionId === undefined || !cookie.includes(sessionId)) return undefined
  const [first, ...others] = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes(`=s%3A${encodeURIComponent(sessionId)}.`))
  return others.length === 0 ? first?.split('=')[0] : undefined
}

/** What is thrown where the session of a request is away. */
export function missingSession(): AuthError {
  return new AuthError('store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.', {
    cause: new Error(
      'No session came with this request, though a session middleware ran before authRouter for others: its store may be '
        + 'disconnected. If that middleware is mounted for some paths only, mount authRouter before it.',
    ),
  })
}

/** The session of a request whose store is away: neither read nor written. */
export class UnavailableSession implements ResolvedSession {
  readonly isEmpty: boolean
  readonly error: AuthError

  /** @param mayExist whether the browser may have a session there */
  constructor(error: AuthError, mayExist: boolean) {
    this.error = error
    this.isEmpty = !mayExist
  }

  get hostSession(): never {
    throw this.error
  }
  read(): never {
    throw this.error
  }

  store(): SessionWriter {
    const refuse = (): Promise<never> => Promise.reject(this.error)
    return { start: refuse, save: refuse, end: refuse }
  }
}
