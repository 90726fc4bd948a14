import { AuthError } from '../base/errors.js'
import type { Tokens } from '../model/tokens.js'
import { canRenew } from '../tokens/canRefresh.js'
import { isDue } from '../tokens/refreshTime.js'
import { isExpired } from '../tokens/tokens.js'
import type { TokenHolder } from '../tokens/tokenSource.js'
import type { ClientContext } from './refresher.js'

/**
 * The tokens of an account, renewed first when they are due.
 * @throws AuthError `credentials_gone`, and what `renewedTokens` throws once the access has ended
 */
export async function freshTokens(context: ClientContext, holder: TokenHolder): Promise<Tokens> {
  await holder.load?.()
  const tokens = startingTokens(holder, context.slug)
  if (!isDue(tokens, context.now()) || !canRenew(context, tokens, holder.grant)) return tokens
  try {
    return await renewedTokens(context, holder, tokens)
  } catch (error) {
    // A provider that is down for a moment does not take away an access that still holds.
    const isTransient = error instanceof AuthError && ['provider_timeout', 'provider_bad_response', 'store_unavailable'].includes(error.code)
    if (isTransient && isExpired(tokens, context.now() / 1000, 0) === false) return tokens
    throw error
  }
}

/**
 * Newer tokens than the given ones: renewed now, or by somebody else meanwhile.
 * @param old the tokens that are due, or that the provider's API has refused
 * @throws AuthError `reauth_required` when only a new sign-in helps; `credentials_gone`, `provider_timeout`, `provider_bad_response`,
 * `store_unavailable`
 */
export async function renewedTokens(context: ClientContext, holder: TokenHolder, old: Tokens): Promise<Tokens> {
  const current = startingTokens(holder, context.slug)
  // Another call of this request may have renewed them meanwhile.
  if (current.accessToken !== old.accessToken) return current
  const { vault, grant, onRenewed, onOrphaned } = holder
  const renewed = await context.renewals.renew(context, { held: current, vault, grant, onRenewed, onOrphaned })
  const latest = startingTokens(holder, context.slug)
  // Of many calls that waited for one renewal, the first one writes; tokens of a new sign-in are not written over.
  if (latest.accessToken !== current.accessToken) return latest
  await holder.write(renewed)
  return renewed
}

function startingTokens(holder: TokenHolder, slug: string): Tokens {
  return holder.read() ?? holder.unfetched ?? presentTokens(holder, slug)
}

/** @throws AuthError `credentials_gone` */
export function presentTokens(holder: TokenHolder, slug: string): Tokens {
  const tokens = holder.read()
  if (tokens) return tokens
  throw new AuthError('credentials_gone', holder.unfetched
    ? 'No access token has been asked for yet: make a call, or await credentials.refresh().'
    : 'This account has been signed out.', { provider: slug })
}
