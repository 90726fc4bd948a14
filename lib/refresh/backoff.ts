import { AuthError } from '../base/errors.js'
import type { Tokens } from '../model/tokens.js'
import { isExpired } from '../tokens/tokens.js'
import { refreshKey } from './refreshKey.js'

/** Milliseconds to wait after the first failure, doubled with each that follows. */
const firstWait = 1_000
const maxWait = 30_000
/** Once the access token has ended, somebody waits for the provider: it is asked at least this often. */
const maxWaitWithoutAccess = 1_000
const maxKept = 5_000

interface Failure {
  error: AuthError
  wait: number
  since: number
}

/** Refreshes that failed: a provider that is down, or has refused, is not asked again by every request. */
export interface Backoff {
  /** @throws AuthError the last failure, while it is too early to try again */
  check: (binding: string, tokens: Tokens) => void
  remember: (binding: string, tokens: Tokens, error: unknown) => void
  forget: (binding: string, tokens: Tokens) => void
  clear: () => void
}

/** @param now milliseconds since 1970 */
export function createBackoff(now: () => number): Backoff {
  const known = new Map<string, Failure>()
  return {
    check(binding, tokens) {
      const setback = known.get(refreshKey(binding, tokens))
      if (!setback) return
      const isUsable = isExpired(tokens, now() / 1000, 0) === false
      const wait = isUsable || setback.error.code === 'reauth_required' ? setback.wait : Math.min(setback.wait, maxWaitWithoutAccess)
      if (now() - setback.since < wait) throw setback.error
    },
    remember(binding, tokens, error) {
      if (!(error instanceof AuthError) || !['reauth_required', 'provider_timeout', 'provider_bad_response'].includes(error.code)) return
      const key = refreshKey(binding, tokens)
      const previous = known.get(key)
      known.delete(key)
      if (known.size >= maxKept) for (const oldest of [...known.keys()].slice(0, maxKept / 10)) known.delete(oldest)
      known.set(key, { error, wait: previous ? Math.min(previous.wait * 2, maxWait) : firstWait, since: now() })
    },
    forget: (binding, tokens) => {
      known.delete(refreshKey(binding, tokens))
    },
    clear: () => {
      known.clear()
    },
  }
}
