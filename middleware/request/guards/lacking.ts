import { AuthError } from '../../../lib/base/errors.js'
import type { LoginOptions } from '../../../lib/model/login.js'
import type { AuthUser } from '../../../lib/model/user.js'
import { justNow, sinceStepUp, stepUpDigest, wayBackTime, type StepUp } from '../../login/stepUp/stepUp.js'
import type { SessionRecord } from '../../core/sessionRecord.js'

/** What a guard asks of the login of an account. */
export interface SignInRequirement {
  /** Scopes that must have been granted, all of them. Lacking ones are asked for. */
  scope?: readonly string[]
  /** Seconds since the login after which it is asked for again. */
  maxAge?: number
  /** Authentication context class that the login must have reached (OpenID Connect `acr`). */
  acr?: string
}

/** What an account lacks, and the login that may bring it. */
export interface Missing {
  stepUp: StepUp
  /** Whether such a login has just come back without it. */
  wasInVain: boolean
  error: (location?: string) => AuthError
}

/** An account that a guard asks about. */
export interface Guarded {
  record: SessionRecord
  user: AuthUser
  /** What was granted, where the guard asks for scopes of this account. */
  granted: string | undefined
}

/** Milliseconds between a login and the end of its callback, at most. */
const callbackTime = 16_000

/**
 * What an account lacks of what a guard asks.
 * @param now milliseconds since 1970
 */
export function missingOf(
  { scope = [], maxAge, acr }: SignInRequirement,
  { record, user, granted }: Guarded,
  now: number,
): Missing | undefined {
  const digest = stepUpDigest(user.key, [maxAge, acr, scope])
  const since = sinceStepUp(record, digest, now)
  const isBack = since < wayBackTime && now - Date.parse(user.loggedInAt) < wayBackTime + callbackTime
  const isOld = maxAge !== undefined && now - Date.parse(user.authTime ?? user.loggedInAt) > maxAge * 1000 && !isBack
  const isWeak = acr !== undefined && user.acr !== acr
  const have = new Set(granted?.split(' '))
  const isNarrow = !scope.every((item) => have.has(item))
  if (!isOld && !isWeak && !isNarrow) return undefined
  const options: StepUp['options'] = {
    ...(isOld ? { maxAge, prompt: 'login' } : {}),
    // All that is required and not what is lacking of it, which may be another part each time.
    ...(acr === undefined ? {} : { acrValues: [acr] }),
    ...(scope.length === 0 ? {} : { scope }),
  } satisfies LoginOptions
  const wasInVain = since < (isWeak || isNarrow ? justNow : wayBackTime)
  const error = (location?: string): AuthError => {
    if (isOld) return new AuthError('reauth_required', 'Sign in again to go on.', { provider: user.provider, location })
    return new AuthError('forbidden', forbidden(isWeak, wasInVain), { provider: user.provider, location })
  }
  return { stepUp: { key: user.key, options, digest }, wasInVain, error }
}

function forbidden(isWeak: boolean, wasInVain: boolean): string {
  if (isWeak) return wasInVain ? 'Your sign-in there was not as strong as this needs.' : 'This needs a stronger sign-in.'
  return 'This needs access that you have not granted.'
}
