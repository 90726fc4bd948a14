import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { Tokens } from '../model/tokens.js'
import { isExpired } from '../tokens/tokens.js'
import { clientCaller, type ClientCaller } from './clientCall.js'

/**
 * Ends an access at the provider (RFC 7009): the refresh token first, then the access tokens that have not ended by themselves.
 *
 * Both are sent because a server only SHOULD end the access tokens that belong to a refresh token (RFC 7009 section 2.1), and answers
 * 200 for a token that has ended already (section 2.2).
 *
 * @returns `false` where the provider has no revocation endpoint; nothing was sent then
 * @throws AuthError `provider_error` with the provider's own code, such as `unsupported_token_type`; `provider_bad_response`,
 * `provider_timeout`, and what discovery throws
 */
export async function revokeTokens(context: Context, tokens: Tokens): Promise<boolean> {
  const caller = await clientCaller(context, 'revocation', 'revoke the access')
  if (!caller) return false
  const { refreshToken, byResource = {} } = tokens
  if (refreshToken !== undefined) await revoke(caller, refreshToken, 'refresh_token')
  for (const token of [tokens, ...Object.values(byResource)]) {
    if (isExpired(token, context.now() / 1000, 0) === true) continue
    try {
      await revoke(caller, token.accessToken, 'access_token')
    } catch (error) {
      // Once the refresh token has gone, a refusal says that this one has gone with it, or cannot be revoked: support for access
      // tokens is a SHOULD (RFC 7009 section 2).
      if (refreshToken === undefined || !(error instanceof AuthError) || error.code !== 'provider_error') throw error
    }
  }
  return true
}

async function revoke(caller: ClientCaller, token: string, hint: 'access_token' | 'refresh_token'): Promise<void> {
  await caller((openidClient, configuration) => openidClient.tokenRevocation(configuration, token, { token_type_hint: hint }))
}
