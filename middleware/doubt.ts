import { asAuthError, type AuthError } from '../lib/errors.js'
import type { SessionRecord } from './session.js'

/**
 * A session that came with a request and cannot be checked: its store, or the token store that knows of sign-outs, cannot be asked. Its
 * person counts as signed out until it can (rule R12), and whatever needs to know who it is fails with the error.
 */
export interface Doubt {
  error: AuthError
  /** What the session says, where that much could be read. */
  record: SessionRecord | undefined
}

/** @param thrown by what was to be asked */
export function doubtOf(thrown: unknown, record: SessionRecord | undefined): Doubt {
  return { error: asAuthError(thrown, 'store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.'), record }
}

/** @throws AuthError why it is not known who is signed in */
export function requireCertainty({ doubt }: { doubt: Doubt | undefined }): void {
  if (doubt) throw doubt.error
}
