import { transactionLifetime } from '../lib/callback.js'
import type { Transaction } from '../lib/types.js'
import type { LoginName } from './transactions.js'

/** Names of used logins kept at most; a login's own record is needed beside them to get anywhere. */
const mostUsed = 50_000
/** Milliseconds for which a result still answers requests that were sent at the same time and arrive late. */
const landedFor = 10_000
/** Results kept at most. */
const mostLanded = 1_000

interface Landed { result: Promise<unknown>; until: number }

/**
 * The name under which the requests of one login find each other: of our own making, because the value of the state is the provider's
 * choice in OAuth 1.0a, and another provider's login must not be named by it.
 */
export function flightOf({ slug, id }: Pick<Transaction, 'slug' | 'id'>): string {
  return `${slug}:${id}`
}

/**
 * Callbacks that are running or have run in this process: each login is redeemed once, and those who bring it meanwhile wait for the
 * one result (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 */
export class FlightLog {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #landed = new Map<string, Landed>()
  readonly #used = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether this login has been used up: lately, and too long ago to share the result. */
  hasUsed(login: Transaction): boolean {
    const flight = flightOf(login)
    return this.#isUsed(flight) && this.#shared(flight) === undefined
  }

  /** The same for a login whose record is gone: it decides about nothing but the words of the refusal. */
  hasUsedName(login: LoginName): boolean {
    return this.#isUsed(nameOf(login))
  }

  /**
   * Runs the work of a login, or gives the result of the run that has begun; `isFirst` tells which. Failures are shared while they run,
   * not kept.
   * @param login whose callback has passed its checks, for this request too
   */
  async share<Value>(login: Transaction, work: () => Promise<Value>): Promise<{ value: Value; isFirst: boolean }> {
    const flight = flightOf(login)
    const shared = this.#shared(flight) as Promise<Value> | undefined
    if (shared) return { value: await shared, isFirst: false }
    this.#markUsed(flight)
    this.#markUsed(nameOf(login))
    const run = work()
    this.#running.set(flight, run)
    try {
      const value = await run
      this.#keep(flight, run)
      return { value, isFirst: true }
    } finally {
      this.#running.delete(flight)
    }
  }

  /** Resolves when no callback is running any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
  }

  clear(): void {
    this.#used.clear()
    this.#landed.clear()
  }

  #isUsed(name: string): boolean {
    const at = this.#used.get(name)
    return at !== undefined && this.#now() - at <= 2 * transactionLifetime
  }

  #shared(flight: string): Promise<unknown> | undefined {
    const landed = this.#landed.get(flight)
    return this.#running.get(flight) ?? (landed && landed.until > this.#now() ? landed.result : undefined)
  }

  #keep(flight: string, result: Promise<unknown>): void {
    const now = this.#now()
    dropOldest(this.#landed, ({ until }) => until <= now, mostLanded)
    this.#landed.set(flight, { result, until: now + landedFor })
  }

  #markUsed(name: string): void {
    const now = this.#now()
    dropOldest(this.#used, (at) => now - at > 2 * transactionLifetime, mostUsed)
    this.#used.set(name, now)
  }
}

// Never equal to a flight's: a digest is longer than an id.
function nameOf({ slug, stateHash }: LoginName): string {
  return `${slug}:${stateHash}`
}

// Maps keep the order of insertion, so the stale entries are at the front.
function dropOldest<Value>(entries: Map<string, Value>, isStale: (value: Value) => boolean, most: number): void {
  for (const [key, value] of entries) {
    if (!isStale(value) && entries.size < most) break
    entries.delete(key)
  }
}
