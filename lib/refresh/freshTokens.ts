import { AuthError } from '../base/errors.js'
import type { Tokens } from '../model/tokens.js'
import { canRefresh } from '../tokens/canRefresh.js'
import { shouldRefresh } from '../tokens/refreshTime.js'
import { isExpired } from '../tokens/tokens.js'
import type { TokenSource } from '../tokens/tokenSource.js'
import type { ClientContext } from './refresher.js'

/**
 * The tokens of an account, refreshed first when they are due.
 * @throws AuthError `credentials_gone`, and what `renewedTokens` throws once the access has ended
 */
export async function freshTokens(context: ClientContext, holder: TokenSource): Promise<Tokens> {
  await holder.load?.()
  const tokens = startingTokens(holder, context.slug)
  if (!shouldRefresh(tokens, context.now()) || !canRefresh(context, tokens, holder.grant)) return tokens
  try {
    return await refreshedTokens(context, holder, tokens)
  } catch (error) {
    // A provider that is down for a moment does not take away an access that still holds.
    const isTransient = error instanceof AuthError && ['provider_timeout', 'provider_bad_response', 'store_unavailable'].includes(error.code)
    if (isTransient && isExpired(tokens, context.now() / 1000, 0) === false) return tokens
    throw error
  }
}

/**
 * Newer tokens than the given ones: refreshed now, or by somebody else meanwhile.
 * @param old the tokens that are due, or that the provider's API has refused
 * @throws AuthError `reauth_required` when only a new sign-in helps; `credentials_gone`, `provider_timeout`, `provider_bad_response`,
 * `store_unavailable`
 */
export async function refreshedTokens(context: ClientContext, holder: TokenSource, old: Tokens): Promise<Tokens> {
  const current = startingTokens(holder, context.slug)
  // Another call of this request may have refreshed them meanwhile.
  if (current.accessToken !== old.accessToken) return current
  const { record, grant, onRefreshed, onOrphaned } = holder
  const refreshed = await context.refresher.refresh(context, { held: current, record, grant, onRefreshed, onOrphaned })
  const latest = startingTokens(holder, context.slug)
  // Of many calls that waited for one refresh, the first one writes; tokens of a new sign-in are not written over.
  if (latest.accessToken !== current.accessToken) return latest
  await holder.write(refreshed)
  return refreshed
}

function startingTokens(holder: TokenSource, slug: string): Tokens {
  return holder.read() ?? holder.unfetched ?? presentTokens(holder, slug)
}

/** @throws AuthError `credentials_gone` */
export function presentTokens(holder: TokenSource, slug: string): Tokens {
  const tokens = holder.read()
  if (tokens) return tokens
  throw new AuthError('credentials_gone', holder.unfetched
    ? 'No access token has been asked for yet: make a call, or await credentials.refresh().'
    : 'There is no access to this account: it was signed out or revoked, or its provider only says who somebody is.', { provider: slug })
}
