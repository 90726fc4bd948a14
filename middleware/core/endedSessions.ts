/** Sign-outs remembered at most; the oldest go first. */
const most = 50_000

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
        if (time - at <= lifetime && ended.size < most) break
        ended.delete(old)
      }
      ended.set(salt, time)
    },
    has: (salt) => ended.has(salt),
  }
}
