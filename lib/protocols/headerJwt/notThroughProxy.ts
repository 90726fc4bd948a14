import { AuthError } from '../../base/errors.js'

/** What is said to whoever wants to be signed in by a header that did not come, or did not verify. */
export function notThroughProxy(slug: string | undefined): AuthError {
  return new AuthError(
    'login_required',
    'This request did not bring a sign-in: open the application at the address of the proxy that signs its users in.',
    { provider: slug },
  )
}
