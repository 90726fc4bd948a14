import { AuthError } from './base/errors.js'
import type { Context } from './model/context.js'
import type { CallbackParameters } from './model/login.js'
import type { EndSessionRequest, LogoutNotice, ProviderSession, TokenSet } from './model/protocol.js'
import { loadProtocol } from './protocols/index.js'

/**
 * Where to send a browser whose session here has ended, so that the provider ends its own.
 * @returns `undefined` where the provider, or its protocol, has no such address
 * @throws AuthError `discovery_failed`, `provider_timeout`, `provider_bad_response`
 */
export async function endSessionAddress(context: Context, request: EndSessionRequest): Promise<string | undefined> {
  const { endSession } = await loadProtocol(context.provider)
  return endSession?.(context, request)
}

/** How the provider named the session of a login; `undefined` where it cannot end sessions here. */
export function providerSessionOf({ provider }: Context, { claims }: TokenSet): ProviderSession | undefined {
  if (!claims || !(provider.backchannelLogout || provider.frontchannelLogout)) return undefined
  const { iss, sub, sid } = claims
  if (typeof iss !== 'string' || typeof sub !== 'string') return undefined
  return { issuer: iss, sub, ...(typeof sid === 'string' ? { sid } : {}) }
}

/**
 * Verifies what a provider sends to end sessions here (OpenID Connect Back-Channel Logout 1.0 section 2.6).
 * @param logoutToken as it came
 * @throws AuthError `unknown_provider` where the entry does not take any; `idtoken_invalid`; what reaching the provider throws
 */
export async function verifyLogoutToken(context: Context, logoutToken: string): Promise<LogoutNotice> {
  const { verifyLogoutToken: verify } = await loadProtocol(context.provider)
  if (!verify || !context.provider.backchannelLogout) throw notTaken()
  return await verify(context, logoutToken)
}

/**
 * Reads what a provider says by a frame in the browser to end a session here (OpenID Connect Front-Channel Logout 1.0 section 2).
 * @returns the session, and the origin whose pages may show the frame
 * @throws AuthError `unknown_provider` where the entry does not take any; `bad_request`, `issuer_mismatch`; what reaching the provider throws
 */
export async function readFrontchannelLogout(
  context: Context,
  parameters: CallbackParameters,
): Promise<{ session: ProviderSession; origin: string }> {
  const { readFrontchannelLogout: read } = await loadProtocol(context.provider)
  if (!read || !context.provider.frontchannelLogout) throw notTaken()
  return await read(context, parameters)
}

function notTaken(): AuthError {
  return new AuthError('unknown_provider', 'There is no such address here.')
}
