import { asAuthError, type AuthError } from '../../lib/base/errors.js'

/**
 * Why it is not known who is signed in: a session came with the request, and its store, or the token store that knows of sign-outs,
 * cannot be asked. The user counts as signed out until it can, and whatever needs to know fails with this error (rule R12).
 * @param thrown by what was to be asked
 */
export function doubtOf(thrown: unknown): AuthError {
  return asAuthError(thrown, 'store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.')
}

/** @throws AuthError why it is not known who is signed in */
export function requireCertainty({ doubt }: { doubt: AuthError | undefined }): void {
  if (doubt) throw doubt
}
