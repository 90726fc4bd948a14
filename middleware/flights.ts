import { transactionLifetime } from '../lib/callback.js'

/** Digests of used states kept at most; a login's own record is needed beside them to get anywhere. */
const mostUsed = 50_000
/** Milliseconds for which a result still answers requests that were sent at the same time and arrive late. */
const landedFor = 10_000
/** Results kept at most. */
const mostLanded = 1_000

interface Landed { result: Promise<unknown>; until: number }

/**
 * Callbacks that are running or have run in this process: each state is used once, and those who bring it while it is being used
 * wait for the one result (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 */
export class FlightLog {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #landed = new Map<string, Landed>()
  readonly #used = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether this state has been used up: within the life of a login, and too long ago to share the result. */
  hasUsed(stateHash: string): boolean {
    const at = this.#used.get(stateHash)
    return at !== undefined && this.#now() - at <= 2 * transactionLifetime && this.#shared(stateHash) === undefined
  }

  /** Runs the work of a state, or gives the result of the run that has begun; `isFirst` tells which. Failures are shared while they run, not kept. */
  async share<Value>(stateHash: string, work: () => Promise<Value>): Promise<{ value: Value; isFirst: boolean }> {
    const shared = this.#shared(stateHash) as Promise<Value> | undefined
    if (shared) return { value: await shared, isFirst: false }
    this.#markUsed(stateHash)
    const run = work()
    this.#running.set(stateHash, run)
    try {
      const value = await run
      this.#keep(stateHash, run)
      return { value, isFirst: true }
    } finally {
      this.#running.delete(stateHash)
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

  #shared(stateHash: string): Promise<unknown> | undefined {
    const landed = this.#landed.get(stateHash)
    return this.#running.get(stateHash) ?? (landed && landed.until > this.#now() ? landed.result : undefined)
  }

  #keep(stateHash: string, result: Promise<unknown>): void {
    const now = this.#now()
    dropOldest(this.#landed, ({ until }) => until <= now, mostLanded)
    this.#landed.set(stateHash, { result, until: now + landedFor })
  }

  #markUsed(stateHash: string): void {
    const now = this.#now()
    dropOldest(this.#used, (at) => now - at > 2 * transactionLifetime, mostUsed)
    this.#used.set(stateHash, now)
  }
}

// Maps keep the order of insertion, so the stale entries are at the front.
function dropOldest<Value>(entries: Map<string, Value>, isStale: (value: Value) => boolean, most: number): void {
  for (const [key, value] of entries) {
    if (!isStale(value) && entries.size < most) break
    entries.delete(key)
  }
}
