import { AuthError } from '../../lib/base/errors.js'
import { type Transaction, transactionLifetime } from '../../lib/model/login.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { LoginName } from './transactions.js'

/** Names of used logins kept at most; a login's own record is needed beside them to get anywhere. */
const maxUsed = 50_000
/** Milliseconds for which a result still answers requests that were sent at the same time and arrive late. */
const resultFor = 10_000
/** Characters of results kept at most: a thousand logins with their tokens. */
const maxResults = 3_000_000

/** What a handler of `auth.callback` is given: who has signed in, or why nobody has. */
export type CallbackOutcome = {
  /** Slug. */
  provider: string
  /** Where the user wanted to go, safe to redirect to; else `afterLogin`. */
  returnTo: string
  /** What the application gave this login as its option `state`. */
  state?: unknown
} & ({ user: AuthUser; error?: undefined } | { user?: undefined; error: AuthError })

/** A result as JSON, which is the smallest that it can be kept as, and whose size is known. */
interface Result {
  json: string
  until: number
}

/**
 * The name under which the requests of one login find each other: of our own making, because the value of the state is the provider's
 * choice in OAuth 1.0a, and another provider's login must not be named by it.
 */
export function runName({ slug, id }: Pick<Transaction, 'slug' | 'id'>): string {
  return `${slug}:${id}`
}

/**
 * Callbacks that are running or have run in this process: each login is redeemed once, and those who bring it meanwhile wait for the
 * one result (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 */
export class CallbackRuns {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #results = new Map<string, Result>()
  #resultCharacters = 0
  readonly #used = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether this login has been used up: lately, and too long ago to share the result. */
  hasUsed(login: Transaction): boolean {
    const name = runName(login)
    return this.#isUsed(name) && !this.#running.has(name) && this.#resultOf(name) === undefined
  }

  /** The same for a login whose record is gone: it decides about nothing but the words of the refusal. */
  hasUsedName(login: LoginName): boolean {
    return this.#isUsed(nameOf(login))
  }

  /**
   * Runs the work of a login, or gives the result of the run that has begun; `isFirst` tells which. Failures are shared while they run,
   * not kept. A result is JSON, and those who come later get a copy.
   * @param login whose callback has passed its checks, for this request too
   * @throws AuthError `state_used`, and what the work throws
   */
  async share<Value>(login: Transaction, work: () => Promise<Value>): Promise<{ value: Value; isFirst: boolean }> {
    const name = runName(login)
    const running = this.#running.get(name) as Promise<Value> | undefined
    if (running) return { value: await running, isFirst: false }
    const result = this.#resultOf(name)
    if (result !== undefined) return { value: JSON.parse(result) as Value, isFirst: false }
    // Asked once more, because the result may have gone while this request passed its checks.
    if (this.#isUsed(name)) throw new AuthError('state_used', 'This sign-in has been finished already.')
    this.#markUsed(name)
    this.#markUsed(nameOf(login))
    const run = work()
    this.#running.set(name, run)
    try {
      const value = await run
      this.#keep(name, JSON.stringify(value))
      return { value, isFirst: true }
    } finally {
      this.#running.delete(name)
    }
  }

  /** Resolves when no callback is running any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
  }

  clear(): void {
    this.#used.clear()
    this.#results.clear()
    this.#resultCharacters = 0
  }

  #isUsed(name: string): boolean {
    const at = this.#used.get(name)
    return at !== undefined && this.#now() - at <= 2 * transactionLifetime
  }

  #resultOf(name: string): string | undefined {
    const result = this.#results.get(name)
    return result && result.until > this.#now() ? result.json : undefined
  }

  // Maps keep the order of insertion, so the oldest entries are at the front.
  #keep(name: string, json: string): void {
    const now = this.#now()
    this.#results.set(name, { json, until: now + resultFor })
    this.#resultCharacters += json.length
    for (const [oldest, result] of this.#results) {
      if (result.until > now && this.#resultCharacters <= maxResults) break
      this.#results.delete(oldest)
      this.#resultCharacters -= result.json.length
    }
  }

  #markUsed(name: string): void {
    const now = this.#now()
    this.#used.set(name, now)
    for (const [oldest, at] of this.#used) {
      if (now - at <= 2 * transactionLifetime && this.#used.size <= maxUsed) break
      this.#used.delete(oldest)
    }
  }
}

// Never equal to a name's: a digest is longer than an id.
function nameOf({ slug, stateHash }: LoginName): string {
  return `${slug}:${stateHash}`
}
