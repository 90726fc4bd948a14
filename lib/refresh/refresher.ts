import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { Grant } from '../model/login.js'
import type { Tokens } from '../model/tokens.js'
import { loadProtocol } from '../protocols/index.js'
import { bindingOf, type Party } from '../tokens/binding.js'
import { canRenew } from '../tokens/canRefresh.js'
import { isDue } from '../tokens/refreshTime.js'
import type { Vault } from '../tokens/tokenRecord.js'
import { setbacks } from './backoff.js'
import { pendingWrites } from './pendingWrites.js'
import { refreshKey } from './refreshKey.js'
import { rotationMemory } from './rotations.js'
import { renewInVault } from './sharedRefresh.js'

/** What is to be renewed, and for whom. */
export interface Renewal {
  /** The tokens that the asker has. */
  held: Tokens
  /** Where they are kept for other processes. */
  vault?: Vault | undefined
  /** What new ones are asked for with; a refresh unless told. */
  grant?: ((tokens: Tokens) => Grant) | undefined
  /** Told of the renewal once, however many wait for it. */
  onRenewed?: ((renewed: Tokens, previous: Tokens) => void | Promise<void>) | undefined
  /** Told of renewed tokens that belong to nobody: the account was signed out while they were being asked for. */
  onOrphaned?: ((renewed: Tokens) => void) | undefined
}

/** The renewals of one process: each is made once, however many ask, and remembered for those who come late with old tokens. */
export interface Renewals {
  /**
   * Newer tokens than the held ones (RFC 6749 section 6); the old refresh token is kept when none is sent.
   * @throws AuthError `reauth_required` when the provider refuses; `credentials_gone` when the account has been signed out;
   * `provider_timeout`, `provider_bad_response` and `store_unavailable` leave the old tokens as they are
   */
  renew: (context: Context, renewal: Renewal) => Promise<Tokens>
  /** What these tokens have become in this process, as far as it is remembered; the same ones when nothing is known. */
  newest: (party: Party, tokens: Tokens) => Tokens
  /** Renewed tokens that wait for their vault to be written to again. */
  pending: (vaultKey: string) => Tokens | undefined
  /** Resolves when no renewal of these tokens is under way any more, to what they have become. */
  settled: (party: Party, tokens: Tokens, vault?: Vault) => Promise<Tokens>
  /** Resolves when no renewal is under way and nothing waits to be written. */
  idle: () => Promise<void>
  /** Forgets everything. */
  clear: () => void
}

/** What an API client and credentials work with: whom they talk to, and what keeps their access fresh. */
export interface ClientContext extends Context {
  renewals: Renewals
}

/** @param now milliseconds since 1970 */
export function createRenewals(now: () => number = () => Date.now()): Renewals {
  const underWay = new Map<string, Promise<Tokens>>()
  const rotations = rotationMemory(now)
  const failed = setbacks(now)
  const pending = pendingWrites()

  async function renew(context: Context, renewal: Renewal): Promise<Tokens> {
    const { held, vault, grant } = renewal
    const { slug } = context
    if (!canRenew(context, held, grant)) throw new AuthError('reauth_required', 'The access cannot be renewed; sign in again.', { provider: slug })
    const key = flightKey(bindingOf(context), held, vault)
    const joined = underWay.get(key)
    if (joined) {
      const renewed = await joined
      // Who waited may have held, and seen refused, what the others were only about to get.
      return renewed.accessToken === held.accessToken ? renew(context, renewal) : renewed
    }
    const running = start(context, renewal).finally(() => underWay.delete(key))
    underWay.set(key, running)
    return running
  }

  async function start(context: Context, renewal: Renewal): Promise<Tokens> {
    const { held, vault, grant = refreshGrant, onRenewed, onOrphaned } = renewal
    const { slug } = context
    const binding = bindingOf(context)
    const current = vault ? held : rotations.newest(binding, held)
    if (current.accessToken !== held.accessToken && !isDue(current, now())) return current
    const exchange = async (tokens: Tokens): Promise<Tokens> => {
      failed.check(binding, tokens)
      try {
        const renewed = await askProvider(context, grant(tokens))
        failed.forget(binding, tokens)
        return renewed
      } catch (error) {
        failed.remember(binding, tokens, error)
        throw error
      }
    }
    if (vault) {
      const renewed = await renewInVault({ slug, held: current, vault, exchange, onRenewed, onOrphaned, pending, now })
      if (held.accessToken !== '') rotations.remember(binding, held, renewed)
      return renewed
    }
    const renewed = await exchange(current)
    rotations.remember(binding, current, renewed)
    await onRenewed?.(renewed, current)
    return renewed
  }

  return {
    renew,
    newest: (party, tokens) => rotations.isEmpty() ? tokens : rotations.newest(bindingOf(party), tokens),
    pending: (vaultKey) => pending.get(vaultKey)?.tokens,
    async settled(party, tokens, vault) {
      const binding = bindingOf(party)
      await underWay.get(flightKey(binding, tokens, vault))?.catch(() => undefined)
      return rotations.newest(binding, tokens)
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay.values())
      await pending.written()
    },
    clear() {
      rotations.clear()
      failed.clear()
      pending.clear()
    },
  }
}

function refreshGrant(tokens: Tokens): Grant {
  return { type: 'refresh_token', tokens }
}

/** Whoever holds the same refresh token, or a key to the same place, shares one renewal. */
function flightKey(binding: string, tokens: Tokens, vault: Vault | undefined): string {
  return vault ? `${binding} ${vault.key}` : refreshKey(binding, tokens)
}

async function askProvider(context: Context, grant: Grant): Promise<Tokens> {
  const protocol = await loadProtocol(context.provider.protocol)
  try {
    return (await protocol.exchange(context, grant)).tokens
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_error') {
      throw new AuthError('reauth_required', 'The provider ended the access; sign in again.', { provider: context.slug, cause: error, providerError: error.providerError })
    }
    throw error
  }
}
