import { AuthError } from '../base/errors.js'
import { sleep } from '../base/timeout.js'
import type { Tokens } from '../model/tokens.js'
import type { StoreLock } from '../stores/tokenStore.js'
import { shouldRefresh } from '../tokens/refreshTime.js'
import { areSame, tokensFor, withTokenFor, withTokensOf } from '../tokens/targets.js'
import type { KeptTokens, TokenRecord } from '../tokens/tokenRecord.js'
import type { RefreshParts } from '../tokens/tokenSource.js'
import type { PendingWrites } from './pendingWrites.js'

/** Seconds after which a lock ends by itself: longer than a token call may take. */
const lockTime = 15
/** Milliseconds between two extensions of the lock while the provider is asked. */
const heartbeat = 5_000
/** Milliseconds to wait for a lock at most: a holder that died, and another one after it. */
const patience = 20_000
const firstPause = 15
const maxPause = 150

export interface SharedRefresh extends Pick<RefreshParts, 'target' | 'onRefreshed' | 'onOrphaned' | 'onRefused'> {
  slug: string
  held: Tokens
  record: TokenRecord
  exchange: (tokens: Tokens) => Promise<Tokens>
  /** Where refreshed tokens wait that the store could not take. */
  pending: PendingWrites
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Refreshes tokens that several processes share (rule R4 of the threat model): lock, read again, ask the provider only if nobody else
 * has, write only over the version that was read, unlock.
 */
export async function sharedRefresh(refresh: SharedRefresh): Promise<Tokens> {
  const { record } = refresh
  if (!record.lock) return refreshAs(refresh)
  const waited = await waitForLock(refresh.slug, record.lock, async () => {
    const { tokens } = await read(refresh)
    return isNewer(tokens, refresh) ? tokens : undefined
  })
  return waited.lock ? await holding(waited.lock, () => refreshAs(refresh)) : waited.found
}

/**
 * Does something with a record while nobody refreshes its tokens, in whatever process; at once where its store has no lock.
 * @throws AuthError `provider_timeout` where the lock cannot be had; what `work` throws
 */
export async function whileLocked<T>({ lock: lockOf }: TokenRecord, slug: string, work: () => Promise<T>): Promise<T> {
  if (!lockOf) return await work()
  const { lock } = await waitForLock(slug, lockOf, () => Promise.resolve(undefined))
  return lock ? await holding(lock, work) : await work()
}

async function holding<T>(lock: StoreLock, work: () => Promise<T>): Promise<T> {
  const stop = keepAlive(lock)
  try {
    return await work()
  } finally {
    stop()
    // A lock that cannot be given back ends by itself.
    await lock.release().catch(() => undefined)
  }
}

/** The refresh itself, by whoever holds the lock. */
async function refreshAs(refresh: SharedRefresh): Promise<Tokens> {
  const { record, target, onRefreshed, onOrphaned, pending, now } = refresh
  const found = await read(refresh)
  if (isNewer(found.tokens, refresh)) return found.tokens
  if (found.tokens.reauthRequired)
    throw new AuthError('reauth_required', 'The provider has ended the access; sign in again.', { provider: refresh.slug })
  const exchanged = await exchangeOnce(refresh, found)
  if (exchanged.by === 'another') return exchanged.tokens
  const { used } = exchanged
  let refreshed = exchanged.tokens
  let outcome = await write(record, refreshed, used.version)
  if (outcome === 'refused') {
    // A slower holder of a lock that has ended wrote meanwhile, or the account was signed out: what is kept counts.
    const winner = await record.read()
    if (!winner) onOrphaned?.(refreshed)
    if (!winner || accessTokenOf(winner.tokens, refresh) !== accessTokenOf(used.tokens, refresh))
      return (winner ?? gone(refresh.slug)).tokens
    // The same tokens were only written again, such as for another session; or those for another target were.
    if (!areSame(winner.tokens, used.tokens))
      refreshed = target
        ? withTokenFor(winner.tokens, target, tokensFor(refreshed, target), now())
        : withTokensOf(winner.tokens, refreshed, now())
    outcome = await write(record, refreshed, winner.version)
  }
  // A store that refuses although nobody else wrote has failed as well.
  if (outcome === 'written') pending.remove(record.key)
  else pending.add(record, refreshed, used)
  await onRefreshed?.(refreshed, used.tokens)
  return refreshed
}

type Exchanged = { by: 'us'; tokens: Tokens; used: KeptTokens } | { by: 'another'; tokens: Tokens }

async function exchangeOnce(refresh: SharedRefresh, found: KeptTokens, isLast = false): Promise<Exchanged> {
  try {
    return { by: 'us', tokens: await refresh.exchange(found.tokens), used: found }
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'reauth_required')) throw error
    // Another process, one that held no lock, may have used the refresh token before.
    const latest = await read(refresh)
    if (accessTokenOf(latest.tokens, refresh) !== accessTokenOf(found.tokens, refresh)) return { by: 'another', tokens: latest.tokens }
    if (isLast || latest.tokens.refreshToken === found.tokens.refreshToken) {
      // For another target it may be the target that is refused.
      if (isOfGrant(error) && !refresh.target) await refresh.onRefused?.(latest, error)
      throw error
    }
    // For another target: what it was given instead is ours to use now.
    return exchangeOnce(refresh, latest, true)
  }
}

/**
 * Whether it is the refresh token that was refused, by its standard code (RFC 6749 section 5.2) or one of those that say it in its name:
 * a wrong client secret, which is the application's, costs no user an account.
 */
function isOfGrant({ providerError = '' }: AuthError): boolean {
  return providerError === 'invalid_grant' || /refresh_?token/i.test(providerError)
}

/** @param look what makes the lock superfluous, asked while it is somebody else's */
async function waitForLock<Found>(
  slug: string,
  lockOf: NonNullable<TokenRecord['lock']>,
  look: () => Promise<Found | undefined>,
): Promise<{ lock: StoreLock; found?: never } | { lock?: never; found: Found }> {
  const end = performance.now() + patience
  for (let pause = firstPause; performance.now() < end; pause = Math.min(pause * 1.5, maxPause)) {
    const lock = await lockOf(lockTime)
    if (lock) return { lock }
    await sleep(pause * (0.75 + Math.random() / 2))
    const found = await look()
    if (found !== undefined) return { found }
  }
  throw new AuthError('provider_timeout', 'The access is being refreshed elsewhere, and that takes too long. Try again soon.', {
    provider: slug,
  })
}

function keepAlive(lock: StoreLock): () => void {
  const timer = setInterval(() => {
    lock.renew(lockTime).catch(() => undefined)
  }, heartbeat)
  timer.unref()
  return () => {
    clearInterval(timer)
  }
}

async function read({ record, slug, pending }: SharedRefresh): Promise<KeptTokens> {
  return pending.get(record.key) ?? (await record.read()) ?? gone(slug)
}

function gone(slug: string): never {
  throw new AuthError('credentials_gone', 'This account has been signed out.', { provider: slug })
}

function isNewer(tokens: Tokens, refresh: SharedRefresh): boolean {
  const { held, target, now } = refresh
  return accessTokenOf(tokens, refresh) !== accessTokenOf(held, refresh) && !shouldRefresh(tokensFor(tokens, target), now())
}

function accessTokenOf(tokens: Tokens, { target }: SharedRefresh): string {
  return tokensFor(tokens, target).accessToken
}

/** Milliseconds between attempts to store what a provider has given and will not give again. */
const pauses = [50, 200, 1_000]
/** Milliseconds of one attempt after which there is no other while somebody waits. */
const maxAttempt = 1_000

/** Writes tokens that replace used ones; refused means that the record holds another version by now. */
async function write(record: TokenRecord, tokens: Tokens, version: number): Promise<'written' | 'refused' | 'failed'> {
  for (const pause of [...pauses, undefined]) {
    const started = performance.now()
    try {
      return (await record.write(tokens, version)) ? 'written' : 'refused'
    } catch {
      // A store that does not answer is not waited for again and again.
      if (performance.now() - started > maxAttempt) break
      if (pause !== undefined) await sleep(pause)
    }
  }
  return 'failed'
}
