import type { Context } from '../../model/context.js'
import type { EndSessionRequest } from '../../model/protocol.js'

/**
 * The address at which the proxy ends its own session of this browser. It stands on the application's own host, in front of which the proxy
 * is, or is an address in full.
 *
 * @returns `undefined` where the entry names none
 */
export function endSession(
  { provider: { endSessionEndpoint } }: Context,
  { postLogoutRedirectUri }: EndSessionRequest,
): Promise<string | undefined> {
  return Promise.resolve(endSessionEndpoint === undefined ? undefined : new URL(endSessionEndpoint, postLogoutRedirectUri).href)
}
