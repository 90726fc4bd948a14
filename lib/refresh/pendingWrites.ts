import { sleep } from '../base/timeout.js'
import type { Tokens } from '../model/tokens.js'
import type { KeptTokens, TokenRecord } from '../tokens/tokenRecord.js'

/** Milliseconds between attempts. */
const pause = 1_000
/** Attempts before the tokens are given up: ten minutes. */
const maxAttempts = 600
/** Writes outstanding at most. */
const maxKept = 1_000

/**
 * Refreshed tokens that a store could not take. The provider will not give them again and may take a second use of the old refresh token
 * for theft, so they are kept here and written as soon as the store is back.
 */
export interface PendingWrites {
  /** Writes until it succeeds, another version is found, or ten minutes have passed. */
  add: (record: TokenRecord, tokens: Tokens, version: number) => void
  get: (key: string) => KeptTokens | undefined
  /** Lets go of what a later write has made old. */
  remove: (key: string) => void
  /** Resolves when nothing waits any more. */
  written: () => Promise<void>
  clear: () => void
}

export function pendingWrites(): PendingWrites {
  const pending = new Map<string, { kept: KeptTokens; timer: NodeJS.Timeout }>()

  function attempt(record: TokenRecord, kept: KeptTokens, attemptsLeft: number): void {
    const isCurrent = (): boolean => pending.get(record.key)?.kept === kept
    const timer = setTimeout(() => {
      record.write(kept.tokens, kept.version).then(
        () => {
          if (isCurrent()) pending.delete(record.key)
        },
        () => {
          if (!isCurrent()) return
          if (attemptsLeft > 0) attempt(record, kept, attemptsLeft - 1)
          else pending.delete(record.key)
        },
      )
    }, pause)
    timer.unref()
    pending.set(record.key, { kept, timer })
  }

  function remove(key: string): void {
    clearTimeout(pending.get(key)?.timer)
    pending.delete(key)
  }

  return {
    add(record, tokens, version) {
      remove(record.key)
      if (pending.size < maxKept) attempt(record, { tokens, version }, maxAttempts)
    },
    get: (key) => pending.get(key)?.kept,
    remove,
    async written() {
      while (pending.size > 0) await sleep(50)
    },
    clear() {
      for (const { timer } of pending.values()) clearTimeout(timer)
      pending.clear()
    },
  }
}
