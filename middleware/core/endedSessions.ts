import { AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import type { Settings } from '../../lib/config/settings.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { HostRequest } from '../http/host.js'

/** Sign-outs remembered at most; the oldest go first. */
const maxKept = 50_000

/**
 * Sessions that have ended in this process, by a sign-out or because another sign-in took their place. A request that began before, a
 * refresh under way among them, must not bring one back, and neither must a copy of its cookie.
 */
export interface EndedSessions {
  add: (salt: string) => void
  has: (salt: string) => boolean
}

/**
 * @param now milliseconds since 1970
 * @param lifetime milliseconds for which a session could have gone on
 */
export function endedSessions(now: () => number, lifetime: number): EndedSessions {
  const ended = new Map<string, number>()
  return {
    add(salt) {
      const time = now()
      for (const [old, at] of ended) {
        if (time - at <= lifetime && ended.size < maxKept) break
        ended.delete(old)
      }
      ended.set(salt, time)
    },
    has: (salt) => ended.has(salt),
  }
}

/** What a change of accounts ends in whose user has signed out, or is another one by now. */
export function signedOutMeanwhile(): AuthError {
  return new AuthError('user_mismatch', 'You have signed out, or in as somebody else, since you began this. Nothing was changed.')
}

/** Seconds that a session's mark stays: longer than anything that is under way when it ends. */
const markLifetime = 600

/** Name of the mark that a session with a store has ended, beside the sessions themselves: for requests that are just writing it. */
export function sessionMark({ settings: { appId } }: Application, sessionId: string): string {
  return `authrouter-ended-${appId}-${sha256(sessionId).slice(0, 22)}`
}

/** Leaves the mark of this request's session, before it ends. */
export async function markSession(engine: Application, host: HostRequest): Promise<void> {
  const { sessionId } = host
  if (sessionId === undefined) return
  await callStore(() => host.tokenRecords()?.set(sessionMark(engine, sessionId), 'ended', { version: 0, ttl: markLifetime }))
}

interface Application {
  settings: Pick<Settings, 'appId'>
}
