import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters } from '../../model/login.js'
import type { ProviderSession } from '../../model/protocol.js'
import { isIssuer } from './issuers.js'

/**
 * The session that a provider ends by a frame in the browser (OpenID Connect Front-Channel Logout 1.0 section 2). `iss` and `sid` are optional
 * there, and needed here: no cookie of ours reaches a frame on another site.
 *
 * @throws AuthError `bad_request`, `issuer_mismatch`
 */
export async function readFrontchannelLogout(
  context: Context,
  { iss, sid }: CallbackParameters,
): Promise<{ session: ProviderSession; origin: string }> {
  const { slug } = context
  if (iss === undefined || sid === undefined || sid === '') {
    throw new AuthError(
      'bad_request',
      'Signing out in a frame needs the parameters iss and sid: register the address with frontchannel_logout_session_required.',
      { provider: slug },
    )
  }
  if (!(await isIssuer(context, iss)))
    throw new AuthError('issuer_mismatch', 'This sign-out comes from another issuer.', { provider: slug })
  return { session: { issuer: iss, sid }, origin: new URL(iss).origin }
}
