import { sha256 } from '../base/random.js'
import type { Tokens } from '../model/tokens.js'

/** A name for what tokens are refreshed with, which tells nothing of it: whoever holds the same refresh token has the same name. */
export function refreshKey(binding: string, { refreshToken, accessToken }: Tokens): string {
  return sha256(JSON.stringify([binding, refreshToken ?? accessToken]))
}
