/** Milliseconds for which a sign-out is remembered: longer than any request that began before it. */
const rememberedFor = 3600_000
/** Sign-outs remembered at most; the oldest go first. */
const most = 50_000

/**
 * Sessions that were signed out in this process. A request that began before the sign-out, a refresh under way among them, must not
 * bring one back, and neither must a copy of its cookie.
 */
export interface EndedSessions {
  add: (salt: string) => void
  has: (salt: string) => boolean
}

export function endedSessions(now: () => number): EndedSessions {
  const ended = new Map<string, number>()
  return {
    add(salt) {
      const time = now()
      for (const [old, at] of ended) {
        if (time - at <= rememberedFor && ended.size < most) break
        ended.delete(old)
      }
      ended.set(salt, time)
    },
    has: (salt) => ended.has(salt),
  }
}
