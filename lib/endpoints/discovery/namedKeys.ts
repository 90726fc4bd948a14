import { createPublicKey, type KeyObject } from 'node:crypto'
import { AuthError } from '../../base/errors.js'
import { utf8 } from '../../base/json.js'
import type { Context } from '../../model/context.js'
import type { ResolvedProvider } from '../../model/provider.js'
import { getDocument } from './document.js'

// Keys that are no set: each stands at an address of its own, in PEM text, as those of load balancers do.

/** One key that was fetched. */
export interface NamedKey {
  key: KeyObject
  /** Whether a token was verified with it. What only strangers asked for makes room first. */
  hasVerified: boolean
}

interface KeptKey extends NamedKey {
  fetchedAt: number
  /** When it was last tried to be fetched again. */
  triedAt: number
}

interface State {
  keys: Map<string, KeptKey>
  /** Names that there was no key of, with the time at which that was said. */
  absent: Map<string, number>
  loading: Map<string, Promise<KeptKey | undefined>>
  /** When keys that are not known were last fetched, the oldest first. */
  fetches: number[]
}

/** Milliseconds after which a key is fetched again: it may have been withdrawn. */
const freshFor = 3600_000
/** Milliseconds for which a key still serves while its address cannot be reached. */
const staleFor = 24 * 3600_000
/** Milliseconds after which that is tried again, and after which a name without a key is asked for again. */
const retryAfter = 60_000
/** Fetches of keys that are not known, within `retryAfter`: strangers can name any. */
const maxFetches = 10
/** Keys that are kept, and names without one. */
const maxKeys = 20
const maxAbsent = 100

// By the provider's entry, which lives as long as its configuration does.
const known = new WeakMap<ResolvedProvider, State>()

/** A UUID as its issuer writes it: nothing that leads to another address. */
const nameShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The key of a name, fetched once however many ask and kept for an hour.
 * @param kid `kid` of a JWT's header, which anybody may have written
 * @returns `undefined` where there is no such key
 * @throws AuthError `provider_timeout`, `provider_bad_response`, also where too many unknown names were asked for a moment ago
 */
export async function namedKey(context: Context, kid: unknown): Promise<NamedKey | undefined> {
  if (typeof kid !== 'string' || !nameShape.test(kid)) return undefined
  const state = stateOf(context)
  const now = context.now()
  const kept = state.keys.get(kid)
  if (kept) return now - kept.fetchedAt < freshFor ? kept : await again(context, state, kid, kept)
  if (now - (state.absent.get(kid) ?? -Infinity) < retryAfter) return undefined
  const underWay = state.loading.get(kid)
  if (underWay) return await underWay
  state.fetches = state.fetches.filter((at) => now - at < retryAfter)
  if (state.fetches.length >= maxFetches) throw unreachable(context)
  state.fetches.push(now)
  return await load(context, state, kid)
}

function stateOf({ provider }: Context): State {
  const state = known.get(provider) ?? { keys: new Map(), absent: new Map(), loading: new Map(), fetches: [] }
  known.set(provider, state)
  return state
}

/** A key that is old, fetched again; it serves while that is tried in vain. */
async function again(context: Context, state: State, kid: string, kept: KeptKey): Promise<KeptKey | undefined> {
  const age = context.now() - kept.fetchedAt
  if (age < staleFor && context.now() - kept.triedAt < retryAfter) return kept
  kept.triedAt = context.now()
  try {
    return await load(context, state, kid)
  } catch (error) {
    if (age < staleFor) return kept
    throw error
  }
}

function load(context: Context, state: State, kid: string): Promise<KeptKey | undefined> {
  const loading =
    state.loading.get(kid)
    ?? fetchKey(context, kid)
      .then((key) => keep(context, state, kid, key))
      .finally(() => state.loading.delete(kid))
  state.loading.set(kid, loading)
  return loading
}

function keep(context: Context, { keys, absent }: State, kid: string, key: KeyObject | undefined): KeptKey | undefined {
  const now = context.now()
  const hasVerified = keys.get(kid)?.hasVerified ?? false
  keys.delete(kid)
  absent.delete(kid)
  if (!key) {
    makeRoom(absent, maxAbsent)
    absent.set(kid, now)
    return undefined
  }
  makeRoom(keys, maxKeys, ({ hasVerified: isTheirs }) => !isTheirs)
  const kept = { key, hasVerified, fetchedAt: now, triedAt: now }
  keys.set(kid, kept)
  return kept
}

/** Deletes the oldest where there are as many as there may be: of those that go first, if there are any. */
function makeRoom<Value>(map: Map<string, Value>, max: number, goesFirst: (value: Value) => boolean = () => true): void {
  if (map.size < max) return
  const names = [...map.keys()]
  const name = [...map].find(([, value]) => goesFirst(value))?.[0] ?? names[0]
  if (name !== undefined) map.delete(name)
}

/** @returns `undefined` for an address that says that there is no such key */
async function fetchKey(context: Context, kid: string): Promise<KeyObject | undefined> {
  const url = (context.provider.keyEndpoint ?? '').replace('{kid}', kid)
  const { status, body } = await getDocument(context, {
    method: 'GET',
    url,
    headers: { accept: 'application/x-pem-file, text/plain, */*' },
  })
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return undefined
  const text = status === 200 ? utf8(body) : undefined
  try {
    if (text === undefined || text.includes('PRIVATE KEY')) throw new TypeError('not a public key')
    return createPublicKey(text)
  } catch (cause) {
    throw new AuthError('provider_bad_response', "The provider's key could not be read.", { provider: context.slug, cause })
  }
}

function unreachable({ slug }: Context): AuthError {
  return new AuthError('provider_bad_response', 'Too many keys were asked for a moment ago; try again later.', { provider: slug })
}
