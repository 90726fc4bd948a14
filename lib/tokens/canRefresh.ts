import type { Context } from '../model/context.js'
import type { Tokens } from '../model/tokens.js'
import { isExpired } from './tokens.js'
import type { RefreshParts } from './tokenSource.js'

/**
 * Whether there is anything to refresh tokens with: a grant of the application's own, a refresh token, or, where the provider exchanges
 * access tokens, one that has not ended.
 * @param parts what new tokens are asked for with, where that is no refresh; and for what, which only a refresh token can say
 */
export function canRefresh(
  { provider, now }: Pick<Context, 'provider' | 'now'>,
  tokens: Tokens,
  { grant, target }: Pick<RefreshParts, 'grant' | 'target'> = {},
): boolean {
  if (grant !== undefined) return true
  const { renewal = 'standard' } = provider
  if (target !== undefined && renewal !== 'standard') return false
  if (renewal === 'none') return false
  if (renewal === 'standard') return tokens.refreshToken !== undefined
  return isExpired(tokens, now() / 1000, 0) !== true
}
