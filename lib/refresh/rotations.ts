import type { Tokens } from '../model/tokens.js'
import { areSame, latestIssue } from '../tokens/targets.js'
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
    if (!entry || entry.until <= now() || areSame(entry.refreshed, tokens)) return tokens
    // A refresh token that is never rotated leads many access tokens to one entry, which may be the older one.
    if (latestIssue(entry.refreshed) < latestIssue(tokens)) return tokens
    return entry.refreshed
  }

  function keep(key: string, refreshed: Tokens): void {
    rotations.delete(key)
    for (const [oldest, { until }] of rotations) {
      if (until > now() && rotations.size < maxKept) break
      rotations.delete(oldest)
    }
    rotations.set(key, { refreshed, until: now() + rememberedFor })
  }

  return {
    remember(binding, old, refreshed) {
      keep(refreshKey(binding, old), refreshed)
      // A cookie may have had no room for the tokens of other resources.
      if (refreshed.byResource) keep(refreshKey(binding, refreshed), refreshed)
    },
    newest(binding, tokens) {
      let newest = tokens
      let hops = 0
      for (let next = follow(binding, newest); next !== newest && hops < maxKept; next = follow(binding, newest)) {
        newest = next
        hops++
      }
      return newest
    },
    isEmpty: () => rotations.size === 0,
    clear: () => {
      rotations.clear()
    },
  }
}
