import type { Context } from './model/context.js'
import type { EndSessionRequest } from './model/protocol.js'
import { loadProtocol } from './protocols/index.js'

/**
 * Where to send a browser whose session here has ended, so that the provider ends its own.
 * @returns `undefined` where the provider, or its protocol, has no such address
 * @throws AuthError `discovery_failed`, `provider_timeout`, `provider_bad_response`
 */
export async function endSessionAddress(context: Context, request: EndSessionRequest): Promise<string | undefined> {
  const { endSession } = await loadProtocol(context.provider.protocol)
  return endSession?.(context, request)
}
