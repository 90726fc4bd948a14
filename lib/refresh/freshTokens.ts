import { AuthError } from '../base/errors.js'
import type { Tokens } from '../model/tokens.js'
import { canRefresh } from '../tokens/canRefresh.js'
import { shouldRefresh } from '../tokens/refreshTime.js'
import { areSame, tokensFor } from '../tokens/targets.js'
import { isExpired } from '../tokens/tokens.js'
import { unfetched, type TokenAccess } from '../tokens/tokenSource.js'
import type { ClientContext } from './refresher.js'

/**
 * The tokens of an account, refreshed first when they are due.
 * @throws AuthError `credentials_gone`, and what `refreshedTokens` throws once the access has ended
 */
export async function freshTokens(context: ClientContext, access: TokenAccess): Promise<Tokens> {
  await access.source.load?.()
  const tokens = startingTokens(access, context.slug)
  // Where there is none at all, a refresh says why there cannot be one.
  if (tokens.accessToken !== '' && (!shouldRefresh(tokens, context.now()) || !canRefresh(context, tokens, access))) return tokens
  try {
    return await refreshedTokens(context, access, tokens)
  } catch (error) {
    // A provider that is down for a moment does not take away an access that still holds.
    const isTransient =
      error instanceof AuthError && ['provider_timeout', 'provider_bad_response', 'store_unavailable'].includes(error.code)
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
export async function refreshedTokens(context: ClientContext, access: TokenAccess, old: Tokens): Promise<Tokens> {
  const { source, record, grant, target, onRefreshed, onOrphaned, onRefused } = access
  const held = accountTokens(access, context.slug)
  const current = tokensFor(held, target)
  // Another call of this request may have refreshed them meanwhile.
  if (current.accessToken !== old.accessToken) return current
  const refreshed = await context.refresher.refresh(context, { held, record, grant, target, onRefreshed, onOrphaned, onRefused })
  const latest = accountTokens(access, context.slug)
  // Of many calls that waited for one refresh, the first one writes; tokens of a new sign-in are not written over, but those of an earlier
  // refresh for another target are.
  if (areSame(latest, held) || context.refresher.isLater(refreshed, latest)) await source.save(refreshed)
  else if (tokensFor(latest, target).accessToken !== current.accessToken) return tokensFor(latest, target)
  return tokensFor(refreshed, target)
}

/**
 * The tokens that a call or a refresh begins with.
 * @throws AuthError `credentials_gone`
 */
export function startingTokens(access: TokenAccess, slug: string): Tokens {
  return tokensFor(accountTokens(access, slug), access.target)
}

/** The tokens of the account, whatever target they are wanted for. */
function accountTokens({ source, grant }: TokenAccess, slug: string): Tokens {
  return source.current() ?? (grant ? unfetched : gone(slug))
}

/** @throws AuthError `credentials_gone` */
export function presentTokens({ source, grant, target }: TokenAccess, slug: string): Tokens {
  const tokens = source.current()
  const present = tokens && tokensFor(tokens, target)
  if (present && present.accessToken !== '') return present
  return grant || tokens ? gone(slug, 'No access token has been asked for yet: make a call, or await credentials.refresh().') : gone(slug)
}

function gone(
  slug: string,
  message = 'There is no access to this account: it was signed out or revoked, or its provider only says who somebody is.',
): never {
  throw new AuthError('credentials_gone', message, { provider: slug })
}
