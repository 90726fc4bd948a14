import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { Grant } from '../model/login.js'
import type { Tokens } from '../model/tokens.js'
import { withFacts } from '../protocols/facts.js'
import { loadProtocol } from '../protocols/index.js'
import { bindingOf, type Party } from '../tokens/binding.js'
import { canRefresh } from '../tokens/canRefresh.js'
import { shouldRefresh } from '../tokens/refreshTime.js'
import { tokensFor, withTokenFor, withTokensOf } from '../tokens/targets.js'
import type { TokenRecord } from '../tokens/tokenRecord.js'
import type { RefreshParts } from '../tokens/tokenSource.js'
import { createBackoff } from './backoff.js'
import { pendingWrites } from './pendingWrites.js'
import { refreshKey } from './refreshKey.js'
import { createRotations } from './rotations.js'
import { sharedRefresh } from './sharedRefresh.js'

/** What is to be refreshed, and for whom. */
export interface RefreshRequest extends RefreshParts {
  /** The tokens that the asker has. */
  held: Tokens
}

/** The refreshes of one process: each is made once, however many ask, and remembered for those who come late with old tokens. */
export interface Refresher {
  /**
   * Newer tokens than the held ones (RFC 6749 section 6); the old refresh token is kept when none is sent.
   * @throws AuthError `reauth_required` when the provider refuses; `credentials_gone` when the account has been signed out;
   * `provider_timeout`, `provider_bad_response` and `store_unavailable` leave the old tokens as they are
   */
  refresh: (context: Context, request: RefreshRequest) => Promise<Tokens>
  /** Whether tokens that were given here were given after others of the same account; `false` where the others are not from here. */
  isLater: (refreshed: Tokens, tokens: Tokens) => boolean
  /** What these tokens have become in this process, as far as it is remembered; the same ones when nothing is known. */
  newest: (party: Party, tokens: Tokens) => Tokens
  /** Refreshed tokens that wait for their record to be written to again. */
  pending: (recordName: string) => Tokens | undefined
  /** Resolves when no refresh of these tokens is under way any more, to what they have become. */
  settled: (party: Party, tokens: Tokens, record?: TokenRecord) => Promise<Tokens>
  /** Resolves when no refresh is under way and nothing waits to be written. */
  idle: () => Promise<void>
  /** Forgets everything. */
  clear: () => void
}

/** What an API client and credentials work with: whom they talk to, and what keeps their access fresh. */
export interface ClientContext extends Context {
  refresher: Refresher
}

/** @param now milliseconds since 1970 */
export function createRefresher(now: () => number = () => Date.now()): Refresher {
  const underWay = new Map<string, { refreshed: Promise<Tokens>; target: string | undefined }>()
  const rotations = createRotations(now)
  const failed = createBackoff(now)
  const pending = pendingWrites()
  // In the order in which the tokens were given out.
  const given = new WeakMap<Tokens, number>()
  let last = 0

  async function refresh(context: Context, request: RefreshRequest): Promise<Tokens> {
    const { held, record, target } = request
    const { slug } = context
    if (!canRefresh(context, held, request))
      throw new AuthError('reauth_required', target ? noRefreshToken : 'The access cannot be refreshed; sign in again.', { provider: slug })
    const binding = bindingOf(context)
    const current = record ? held : rotations.newest(binding, held)
    if (isRefreshed(current, request)) return current
    const key = workKey(binding, current, record)
    const joined = underWay.get(key)
    if (joined) {
      // There is one refresh token for all targets, so there is one refresh at a time; only those for the same share what becomes of it.
      const isShared = joined.target === target?.key
      const refreshed = await (isShared ? joined.refreshed : joined.refreshed.catch(() => held))
      // Who waited may have held, and seen refused, what the others were only about to get.
      return isShared && accessTokenOf(refreshed, target) !== accessTokenOf(held, target) ? refreshed : refresh(context, request)
    }
    const refreshed = start(context, request, current).finally(() => underWay.delete(key))
    underWay.set(key, { refreshed, target: target?.key })
    return refreshed
  }

  function isRefreshed(current: Tokens, { held, target }: RefreshRequest): boolean {
    return accessTokenOf(current, target) !== accessTokenOf(held, target) && !shouldRefresh(tokensFor(current, target), now())
  }

  async function start(context: Context, request: RefreshRequest, current: Tokens): Promise<Tokens> {
    const { held, record, grant, target, onRefreshed, onOrphaned, onRefused } = request
    const { slug } = context
    const binding = bindingOf(context)
    // What a grant asks for begins without tokens that could tell it from others.
    const asked = `${grant && record ? workKey(binding, current, record) : binding}${target ? ` ${target.key}` : ''}`
    const exchange = async (tokens: Tokens): Promise<Tokens> => {
      // What is refused for one target is so whatever the refresh token has become for others.
      const { refreshToken: _refresh, ...ofAccount } = tokens
      failed.check(asked, tokens)
      if (target) failed.check(asked, ofAccount)
      try {
        const own = typeof grant === 'function' ? await grant() : grant
        const answer = await askProvider(context, own ?? { type: 'refresh_token', tokens, target })
        failed.forget(asked, tokens)
        return target ? withTokenFor(tokens, target, answer, now()) : withTokensOf(tokens, answer, now())
      } catch (error) {
        failed.remember(asked, target && isOfTarget(error) ? ofAccount : tokens, error)
        throw error
      }
    }
    const refreshed = record
      ? await sharedRefresh({ slug, held: current, record, target, exchange, onRefreshed, onOrphaned, onRefused, pending, now })
      : await exchange(current)
    if (!record || held.accessToken !== '') rotations.remember(binding, current, refreshed)
    given.set(refreshed, ++last)
    if (!record) await onRefreshed?.(refreshed, current)
    return refreshed
  }

  return {
    refresh,
    isLater: (refreshed, tokens) => (given.get(refreshed) ?? 0) > (given.get(tokens) ?? Infinity),
    newest: (party, tokens) => (rotations.isEmpty() ? tokens : rotations.newest(bindingOf(party), tokens)),
    pending: (recordName) => pending.get(recordName)?.tokens,
    async settled(party, tokens, record) {
      const binding = bindingOf(party)
      await underWay.get(workKey(binding, tokens, record))?.refreshed.catch(() => undefined)
      return rotations.newest(binding, tokens)
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled([...underWay.values()].map(({ refreshed }) => refreshed))
      await pending.written()
    },
    clear() {
      rotations.clear()
      failed.clear()
      pending.clear()
    },
  }
}

/** Whoever holds the same refresh token, or a key to the same record, shares one refresh. */
function workKey(binding: string, tokens: Tokens, record: TokenRecord | undefined): string {
  return record ? `${binding} ${record.key}` : refreshKey(binding, tokens)
}

function accessTokenOf(tokens: Tokens, target: RefreshParts['target']): string {
  return tokensFor(tokens, target).accessToken
}

const noRefreshToken =
  'Access to another resource is asked for with a refresh token, and this account has none: set offline: true in the entry, and sign in again.'

const noSuchTarget = 'The provider gives this account no access to that resource or scope; sign in again and ask for it there.'

const refusals: Partial<Record<Grant['type'], string>> = {
  refresh_token: 'The provider ended the access; sign in again.',
  token_exchange: 'The provider refused to exchange the token; sign in again.',
}

/** Whether a provider refuses what is asked for, and not who asks (RFC 8707 section 2, RFC 6749 section 5.2). */
function isOfTarget(error: unknown): boolean {
  return error instanceof AuthError && ['invalid_target', 'invalid_scope'].includes(error.providerError ?? '')
}

async function askProvider(context: Context, grant: Grant): Promise<Tokens> {
  const protocol = await loadProtocol(context.provider)
  try {
    const { tokens, ...answer } = await protocol.exchange(context, grant)
    if (!tokens) throw new AuthError('provider_bad_response', 'The provider gave no tokens.', { provider: context.slug })
    if (grant.type === 'refresh_token') return withFacts(context, tokens, answer, { previous: grant.tokens })
    // Whoever can ask again keeps neither a refresh token nor what would say who somebody is.
    const { refreshToken: _refresh, idToken: _id, ...access } = withFacts(context, tokens, answer)
    return access
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_error') {
      const message =
        grant.type === 'refresh_token' && isOfTarget(error)
          ? noSuchTarget
          : (refusals[grant.type] ?? `The provider refused the grant ${grant.type}.`)
      throw new AuthError('reauth_required', message, {
        provider: context.slug,
        cause: error,
        providerError: error.providerError,
      })
    }
    throw error
  }
}
