import { sha256 } from '../base/random.js'
import type { NamedTarget, Target } from '../model/grants/grants.js'
import type { ResourceToken, Tokens } from '../model/tokens.js'
import { isExpired } from './tokens.js'
import { unfetched } from './tokenSource.js'

/** Targets of one account whose tokens are kept at most; the one that was asked for longest ago goes first. */
const maxTargets = 8
/** Characters of a key: 96 bits. */
const keyLength = 16

/** A target with the name that its token is kept under, whatever the order of its parts. */
export function namedTarget(target: Target): NamedTarget {
  const parts = [target.resource ?? [], target.scope ?? [], target.audience ?? []].map((part) => [...new Set(part)].sort())
  return { ...target, key: sha256(JSON.stringify(parts)).slice(0, keyLength) }
}

/** The tokens of an account as they are used for a target; ended ones, without an access token, where none has been asked for yet. */
export function tokensFor(tokens: Tokens, target: NamedTarget | undefined): Tokens {
  if (!target) return tokens
  const known = made.get(tokens) ?? new Map<string, Tokens>()
  made.set(tokens, known)
  const present = known.get(target.key)
  if (present) return present
  const { scope: _scope, issuedAt: _issuedAt, expiresAt: _expiresAt, byResource = {}, ...shared } = tokens
  const used = { ...shared, ...(Object.hasOwn(byResource, target.key) ? byResource[target.key] : unfetched) }
  known.set(target.key, used)
  return used
}

// The same tokens are the same value each time, for what is remembered of one.
const made = new WeakMap<Tokens, Map<string, Tokens>>()

/**
 * The tokens of an account after a refresh for a target: its token beside the others, and the one refresh token that there is now.
 * @param now milliseconds since 1970
 */
export function withTokenFor(tokens: Tokens, { key }: NamedTarget, answer: Tokens, now: number): Tokens {
  const { accessToken, tokenType, scope, issuedAt, expiresAt, refreshToken, dpopKey } = answer
  const token: ResourceToken = {
    accessToken,
    tokenType,
    ...(scope === undefined ? {} : { scope }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const others = Object.entries(unended(tokens, now)).filter(([name]) => name !== key)
  return {
    ...tokens,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    // Of an account that had none, because its tokens are older than the entry's `dpop: true`.
    ...(dpopKey === undefined ? {} : { dpopKey }),
    byResource: Object.fromEntries([...others.slice(1 - maxTargets), [key, token]]),
  }
}

/** Refreshed tokens with those for other resources, which a refresh of the account leaves alone. */
export function withTokensOf(previous: Tokens, refreshed: Tokens, now: number): Tokens {
  const others = unended(previous, now)
  return Object.keys(others).length === 0 ? refreshed : { ...refreshed, byResource: { ...others, ...refreshed.byResource } }
}

function unended({ byResource = {} }: Tokens, now: number): Record<string, ResourceToken> {
  return Object.fromEntries(Object.entries(byResource).filter(([, token]) => isExpired(token, now / 1000, 0) !== true))
}

/** Tokens as they are kept where there is room for one access token alone: the others can be asked for again. */
export function withoutTargets({ byResource: _byResource, ...tokens }: Tokens): Tokens {
  return tokens
}

/** Whether nothing has been refreshed between them, for whatever target. */
export function areSame(one: Tokens, other: Tokens): boolean {
  if (one.accessToken !== other.accessToken || one.refreshToken !== other.refreshToken) return false
  if (one.byResource === other.byResource) return true
  const [first, second] = [one, other].map(({ byResource = {} }) => Object.entries(byResource))
  return first?.length === second?.length && first?.every(([key, { accessToken }]) => accessToken === tokenAt(other, key)) === true
}

function tokenAt({ byResource = {} }: Tokens, key: string): string | undefined {
  return Object.hasOwn(byResource, key) ? byResource[key]?.accessToken : undefined
}

/** When the latest of an account's tokens was received, in seconds since 1970. */
export function latestIssue({ issuedAt = 0, byResource = {} }: Tokens): number {
  return Math.max(issuedAt, ...Object.values(byResource).map((token) => token.issuedAt ?? 0))
}
