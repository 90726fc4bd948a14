import { AuthError } from '../../base/errors.js'
import { isObject } from '../../base/json.js'
import type { Context } from '../../model/context.js'
import type { ResolvedProvider } from '../../model/provider.js'
import { discoverMetadata } from './discovery.js'
import { getDocument, readDocument } from './document.js'
import { loadJose, type Jose } from './jose.js'
import { isSecret } from './secretKeys.js'

/** What a token is verified for. Strangers can send logout tokens, and tokens in headers of requests, and must not use up what a login needs. */
export type Purpose = 'login' | 'logout' | 'request'

/** The public keys of a provider: finds the one that a token's header means. */
export type Keys = ReturnType<Jose['createLocalJWKSet']>

/** Milliseconds after which keys are fetched again before they are used. */
const freshFor = 300_000
/** Milliseconds for which old keys still serve while the provider cannot be reached. */
const staleFor = 24 * 3600_000
/** Milliseconds after which old keys are next tried to be replaced when that failed. */
const retryAfter = 60_000
/** Milliseconds between two fetches for tokens of keys that nobody knows. */
const coolDown: Readonly<Record<Purpose, number>> = { login: 10_000, logout: 60_000, request: 60_000 }
/** Milliseconds after which keys that could not be fetched are tried again for those who may be strangers; a login always tries. */
const pauseAfterFailure: Readonly<Record<Purpose, number>> = { login: 0, logout: 60_000, request: 5_000 }

interface KeyState {
  keys?: Keys
  fetchedAt: number
  /** When keys that are old were last tried to be replaced. */
  triedAt: number
  loading?: Promise<Keys> | undefined
  /** When keys were last fetched for a token that none was known for. */
  askedAt: Record<Purpose, number>
  /** When keys could last not be fetched at all. */
  failedAt: number
}

// By the provider's entry, which lives as long as its configuration does: no entry sees the keys of another.
const known = new WeakMap<ResolvedProvider, KeyState>()

function stateOf({ provider }: Context): KeyState {
  const askedAt = { login: -Infinity, logout: -Infinity, request: -Infinity }
  const state = known.get(provider) ?? { fetchedAt: 0, triedAt: 0, askedAt, failedAt: -Infinity }
  known.set(provider, state)
  return state
}

/**
 * The keys of a provider (RFC 7517 section 5): the entry's own, else those at its `jwksUri`, else those that discovery names. Fetched once
 * however many ask, kept for five minutes, served stale for a day while the provider is down.
 *
 * @throws AuthError `discovery_failed` where nothing says where they are; `provider_timeout`, `provider_bad_response`
 */
export async function providerKeys(context: Context, purpose: Purpose): Promise<Keys> {
  const state = stateOf(context)
  const age = context.now() - state.fetchedAt
  if (state.keys && age < freshFor) return state.keys
  if (!state.keys) {
    // Of those who may be strangers, one in a while goes and looks whether the provider is back.
    if (!state.loading && context.now() - state.failedAt < pauseAfterFailure[purpose]) throw unreachable(context)
    return load(context, state).catch((error: unknown) => {
      state.failedAt = context.now()
      throw error
    })
  }
  if (context.now() - state.triedAt < retryAfter && age < staleFor) return state.keys
  state.triedAt = context.now()
  const { keys } = state
  return load(context, state).catch((error: unknown) => {
    if (age < staleFor) return keys
    throw error
  })
}

/**
 * Other keys than those that did not fit a token, fetched anew unless that was done a moment ago for the same purpose: a provider may sign
 * with a key that it has just made (OpenID Connect Core section 10.1.1).
 *
 * @param seen the keys that did not fit
 * @returns `undefined` while there are no others
 * @throws AuthError `provider_timeout`, `provider_bad_response`
 */
export async function newerKeys(context: Context, purpose: Purpose, seen: Keys): Promise<Keys | undefined> {
  if (context.provider.jwks !== undefined) return undefined
  const state = stateOf(context)
  if (state.loading) await state.loading.catch(() => undefined)
  if (state.keys !== seen) return state.keys
  if (isCooling(state, purpose, context)) return undefined
  state.askedAt[purpose] = context.now()
  return load(context, state)
}

/** Whether a provider's keys are at hand: if not, those that are fetched next are as new as can be. */
export function hasKeys(context: Context): boolean {
  return stateOf(context).keys !== undefined
}

function isCooling({ askedAt }: KeyState, purpose: Purpose, { now }: Context): boolean {
  return now() - askedAt[purpose] < coolDown[purpose]
}

function load(context: Context, state: KeyState): Promise<Keys> {
  state.loading ??= fetchKeys(context)
    .then((keys) => {
      state.keys = keys
      state.fetchedAt = context.now()
      return keys
    })
    .finally(() => {
      state.loading = undefined
    })
  return state.loading
}

async function fetchKeys(context: Context): Promise<Keys> {
  const { createLocalJWKSet } = await loadJose()
  return createLocalJWKSet({ keys: usable(context.provider.jwks?.keys ?? (await fetchSet(context))) })
}

async function fetchSet(context: Context): Promise<readonly unknown[]> {
  const url = context.provider.jwksUri ?? (await discoverMetadata(context)).jwks_uri
  if (url === undefined)
    throw new AuthError('discovery_failed', "The provider's discovery document does not say where its keys are: set jwksUri.", {
      provider: context.slug,
    })
  const accept = 'application/json, application/jwk-set+json'
  const keys = readDocument(await getDocument(context, { method: 'GET', url, headers: { accept } }))?.['keys']
  if (!Array.isArray(keys))
    throw new AuthError('provider_bad_response', "The provider's keys could not be read.", { provider: context.slug })
  return keys as unknown[]
}

type PublicKey = Record<string, unknown> & { kty: string }

// Of what is published, a private key proves nothing any more, and a shared one never did.
function usable(keys: readonly unknown[]): PublicKey[] {
  return keys.filter((key): key is PublicKey => isObject(key) && typeof key['kty'] === 'string' && !isSecret(key))
}

function unreachable({ slug }: Context): AuthError {
  return new AuthError('provider_bad_response', "The provider's keys could not be fetched a moment ago; try again later.", {
    provider: slug,
  })
}
