import type { Tokens } from '../model/tokens.js'
import { refreshKey } from './refreshKey.js'

/** Milliseconds for which a rotation is remembered: a browser may come back with an old cookie when a refresh was too late for its answer. */
const rememberedFor = 24 * 3600_000
/** Rotations remembered at most; the oldest go first. */
const maxKept = 5_000

/** What tokens have become: requests that carry the same old cookie get the rotated tokens, and not a second refresh. */
export interface Rotations {
  remember: (binding: string, old: Tokens, refreshed: Tokens) => void
  newest: (binding: string, tokens: Tokens) => Tokens
  /** Whether nothing is remembered, which every request of a signed-in user asks first. */
  isEmpty: () => boolean
  clear: () => void
}

/** @param now milliseconds since 1970 */
export function createRotations(now: () => number): Rotations {
  const rotations = new Map<string, { refreshed: Tokens; until: number }>()

  function follow(binding: string, tokens: Tokens): Tokens {
    const entry = rotations.get(refreshKey(binding, tokens))
    if (!entry || entry.until <= now() || entry.refreshed.accessToken === tokens.accessToken) return tokens
    // A refresh token that is never rotated leads many access tokens to one entry, which may be the older one.
    if ((entry.refreshed.issuedAt ?? 0) < (tokens.issuedAt ?? 0)) return tokens
    return entry.refreshed
  }

  return {
    remember(binding, old, refreshed) {
      const key = refreshKey(binding, old)
      rotations.delete(key)
      for (const [oldest, { until }] of rotations) {
        if (until > now() && rotations.size < maxKept) break
        rotations.delete(oldest)
      }
      rotations.set(key, { refreshed, until: now() + rememberedFor })
    },
    newest(binding, tokens) {
      let newest = tokens
      for (let next = follow(binding, newest); next !== newest; next = follow(binding, newest)) newest = next
      return newest
    },
    isEmpty: () => rotations.size === 0,
    clear: () => {
      rotations.clear()
    },
  }
}
