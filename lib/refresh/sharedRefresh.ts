import { AuthError } from '../base/errors.js'
import type { Tokens } from '../model/tokens.js'
import type { StoreLock } from '../stores/tokenStore.js'
import { isDue } from '../tokens/refreshTime.js'
import type { KeptTokens, Vault } from '../tokens/tokenRecord.js'
import type { PendingWrites } from './pendingWrites.js'

/** Seconds after which a lock ends by itself: longer than a token call may take. */
const lockTime = 15
/** Milliseconds between two renewals of the lock while the provider is asked. */
const heartbeat = 5_000
/** Milliseconds to wait for a lock at most: a holder that died, and another one after it. */
const patience = 20_000
const firstPause = 15
const longestPause = 150

export interface VaultRenewal {
  slug: string
  held: Tokens
  vault: Vault
  exchange: (tokens: Tokens) => Promise<Tokens>
  onRenewed: ((renewed: Tokens, previous: Tokens) => void | Promise<void>) | undefined
  /** Told of tokens that belong to nobody: the account was signed out while they were being asked for. */
  onOrphaned: ((renewed: Tokens) => void) | undefined
  /** Where renewed tokens wait that the store could not take. */
  pending: PendingWrites
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Renews tokens that several processes share (rule R4 of the threat model): lock, read again, ask the provider only if nobody else
 * has, write only over the version that was read, unlock.
 */
export async function renewInVault(renewal: VaultRenewal): Promise<Tokens> {
  const { vault } = renewal
  if (!vault.lock) return renewAs(renewal)
  const { lock, newer } = await waitForLock(renewal, vault.lock)
  if (newer) return newer
  const stop = keepAlive(lock)
  try {
    return await renewAs(renewal)
  } finally {
    stop()
    // A lock that cannot be given back ends by itself.
    await lock.release().catch(() => undefined)
  }
}

/** The renewal itself, by whoever holds the lock. */
async function renewAs(renewal: VaultRenewal): Promise<Tokens> {
  const { vault, exchange, onRenewed, onOrphaned, pending } = renewal
  const kept = await read(renewal)
  if (isNewer(kept.tokens, renewal)) return kept.tokens
  const renewed = await exchangeOnce(renewal, kept.tokens, exchange)
  if (renewed.by === 'another') return renewed.tokens
  const outcome = await write(vault, renewed.tokens, kept.version)
  if (outcome === 'refused') {
    // A slower holder of a lock that has ended wrote meanwhile, or the account was signed out: what is kept counts.
    const winner = await vault.read()
    if (!winner) onOrphaned?.(renewed.tokens)
    if (winner?.tokens.accessToken !== kept.tokens.accessToken) return (winner ?? gone(renewal.slug)).tokens
  }
  // A store that refuses although nobody else wrote has failed as well.
  if (outcome !== 'written') pending.add(vault, renewed.tokens, kept.version)
  await onRenewed?.(renewed.tokens, kept.tokens)
  return renewed.tokens
}

async function exchangeOnce(renewal: VaultRenewal, tokens: Tokens, exchange: VaultRenewal['exchange']): Promise<{ by: 'us' | 'another'; tokens: Tokens }> {
  try {
    return { by: 'us', tokens: await exchange(tokens) }
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'reauth_required')) throw error
    // Another process, one that held no lock, may have used the refresh token before.
    const latest = await read(renewal)
    if (latest.tokens.accessToken === tokens.accessToken) throw error
    return { by: 'another', tokens: latest.tokens }
  }
}

async function waitForLock(renewal: VaultRenewal, lockOf: NonNullable<Vault['lock']>): Promise<{ lock: StoreLock; newer?: never } | { lock?: never; newer: Tokens }> {
  const end = performance.now() + patience
  for (let pause = firstPause; performance.now() < end; pause = Math.min(pause * 1.5, longestPause)) {
    const lock = await lockOf(lockTime)
    if (lock) return { lock }
    await new Promise((resolve) => { setTimeout(resolve, pause * (0.75 + Math.random() / 2)) })
    const { tokens } = await read(renewal)
    if (isNewer(tokens, renewal)) return { newer: tokens }
  }
  throw new AuthError('provider_timeout', 'The access is being renewed elsewhere, and that takes too long. Try again soon.', { provider: renewal.slug })
}

function keepAlive(lock: StoreLock): () => void {
  const timer = setInterval(() => { lock.renew(lockTime).catch(() => undefined) }, heartbeat)
  timer.unref()
  return () => { clearInterval(timer) }
}

async function read({ vault, slug, pending }: VaultRenewal): Promise<KeptTokens> {
  return pending.get(vault.key) ?? await vault.read() ?? gone(slug)
}

function gone(slug: string): never {
  throw new AuthError('credentials_gone', 'This account has been signed out.', { provider: slug })
}

function isNewer(tokens: Tokens, { held, now }: VaultRenewal): boolean {
  return tokens.accessToken !== held.accessToken && !isDue(tokens, now())
}

/** Milliseconds between attempts to store what a provider has given and will not give again. */
const pauses = [50, 200, 1_000]
/** Milliseconds of one attempt after which there is no other while somebody waits. */
const longestAttempt = 1_000

/** Writes tokens that replace used ones; refused means that the vault holds another version by now. */
async function write(vault: Vault, tokens: Tokens, version: number): Promise<'written' | 'refused' | 'failed'> {
  for (const pause of [...pauses, undefined]) {
    const started = performance.now()
    try {
      return await vault.write(tokens, version) ? 'written' : 'refused'
    } catch {
      // A store that does not answer is not waited for again and again.
      if (performance.now() - started > longestAttempt) break
      if (pause !== undefined) await new Promise((resolve) => { setTimeout(resolve, pause) })
    }
  }
  return 'failed'
}
