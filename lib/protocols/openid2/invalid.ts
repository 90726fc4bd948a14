import { AuthError } from '../../base/errors.js'

/** Seconds that an answer may be old, or ahead of our clock, unless the entry says otherwise. */
export const defaultTolerance = 300

/**
 * The error of an answer that failed a check.
 * @param reason the field that is wrong
 */
export function invalid(slug: string, reason: string): AuthError {
  return new AuthError('assertion_invalid', "The provider's answer failed a check.", { provider: slug, reason })
}
