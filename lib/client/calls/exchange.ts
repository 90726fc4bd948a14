import { AuthError } from '../../base/errors.js'
import { asksForNonce } from '../../endpoints/dpop/nonces.js'
import type { Context } from '../../model/context.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { loadProtocol } from '../../protocols/index.js'
import { freshTokens, refreshedTokens } from '../../refresh/freshTokens.js'
import type { ClientContext } from '../../refresh/refresher.js'
import { canRefresh } from '../../tokens/canRefresh.js'
import { apiBaseOf } from '../../tokens/facts.js'
import type { TokenAccess } from '../../tokens/tokenSource.js'
import type { CallLimits } from './apiRequest.js'
import { refuseWeakSignIn } from '../challenges/insufficientAuthentication.js'
import { defaultRetryAfter, retryAfterMilliseconds, type Wait } from './retryAfter.js'
import { send, type Answer, type Transport } from './send.js'

/** Whose API is called, with which access, and how time passes. */
export interface Account {
  context: ClientContext
  access: TokenAccess
  wait: Wait
}

/**
 * Whom an address of this account's API is checked against: with facts of the connection, where the provider names some.
 * @throws AuthError what `freshTokens` throws; `host_not_allowed` for a fact that the entry does not allow
 */
export async function connectionOf({ context, access }: Account): Promise<{ at: Context; facts: Tokens['facts'] }> {
  if (context.provider.facts === undefined) return { at: context, facts: undefined }
  // Refreshed first where that is due: the answer may name another address.
  const { facts } = await freshTokens(context, access)
  const { provider } = context
  const apiBaseUrl = apiBaseOf(context, facts)
  if (apiBaseUrl === undefined || apiBaseUrl === provider.apiBaseUrl) return { at: context, facts }
  // The entry's own host stays allowed: calls that named it in full go on working.
  const own = provider.apiBaseUrl === undefined ? [] : [new URL(provider.apiBaseUrl).host]
  return { at: { ...context, provider: { ...provider, apiBaseUrl, apiHosts: [...(provider.apiHosts ?? []), ...own] } }, facts }
}

/** What may mend a refused request: gives the tokens that it is then made with, `undefined` where it cannot help. */
type Retry = (account: Account, tokens: Tokens, answer: Answer, limits: CallLimits) => Promise<Tokens | undefined>

/**
 * Makes a request with fresh tokens, and once more after each thing that can be mended: a proof that the provider wants refreshed, an
 * access token that it refuses, a moment that it asks to wait. Each is tried once, and only where the body can be sent again.
 *
 * @throws AuthError what `freshTokens`, `refreshedTokens` and the way out throw; `reauth_required` for a user who has to sign in as the API
 * wants; never for another HTTP status
 */
export async function exchange<A extends Answer>(
  account: Account,
  request: ApiRequest,
  transport: Transport<A>,
  limits: CallLimits,
): Promise<A> {
  const { context, access } = account
  try {
    const untried = new Set<Retry>([resign, refresh, waitRetryAfter])
    let tokens = await freshTokens(context, access)
    for (;;) {
      const answer = await send(context, tokens, request, transport)
      refuseWeakSignIn(access, answer, transport)
      if (answer.status < 400 || !transport.isReplayable) return answer
      const next = await firstThatHelps(untried, account, tokens, answer, limits)
      if (!next) return answer
      transport.discard?.(answer)
      tokens = next
    }
  } catch (error) {
    if (error instanceof AuthError) error.provider ??= context.slug
    throw error
  }
}

async function firstThatHelps(untried: Set<Retry>, ...refusal: Parameters<Retry>): Promise<Tokens | undefined> {
  for (const retry of untried) {
    const tokens = await retry(...refusal)
    if (tokens) {
      untried.delete(retry)
      return tokens
    }
  }
  return undefined
}

const resign: Retry = async ({ context }, tokens, { status, headers, body }) => {
  if (status > 499) return undefined
  const { refused } = await loadProtocol(context.provider)
  // A body that is read as it comes is the caller's to read.
  return refused?.(context, { status, headers, body: body instanceof Uint8Array ? body : new Uint8Array() }) ? tokens : undefined
}

const refresh: Retry = async ({ context, access }, tokens, { status, headers }) => {
  // What a server says of the proof tells nothing of the token.
  if (status !== 401 || asksForNonce({ status, headers }) || !canRefresh(context, tokens, access)) return undefined
  const refreshed = await refreshedTokens(context, access, tokens)
  // The same token again would be refused again.
  return refreshed.accessToken === tokens.accessToken ? undefined : refreshed
}

const waitRetryAfter: Retry = async (
  { context, access, wait },
  _tokens,
  { status, headers },
  { retryAfter = defaultRetryAfter, signal },
) => {
  if (status !== 429 || retryAfter === false) return undefined
  const milliseconds = retryAfterMilliseconds(headers['retry-after'], context.now())
  if (milliseconds === undefined || milliseconds > retryAfter * 1000) return undefined
  await wait(milliseconds, signal)
  // Somebody may have signed out, or refreshed the tokens, in the meantime.
  return freshTokens(context, access)
}
