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
  /**
   * Writes until it succeeds, other tokens are found, or ten minutes have passed.
   * @param previous what they replace, at the version that was read: where it was only written again since, such as with a mark, it is
   * replaced all the same
   */
  add: (record: TokenRecord, tokens: Tokens, previous: KeptTokens) => void
  get: (key: string) => KeptTokens | undefined
  /** Lets go of what a later write has made old. */
  remove: (key: string) => void
  /** Resolves when nothing waits any more. */
  written: () => Promise<void>
  clear: () => void
}

export function pendingWrites(): PendingWrites {
  const pending = new Map<string, { kept: KeptTokens; timer: NodeJS.Timeout }>()

  async function write(record: TokenRecord, { tokens, version }: KeptTokens, previous: Tokens): Promise<void> {
    if (await record.write(tokens, version)) return
    const found = await record.read()
    if (found && found.tokens.accessToken === previous.accessToken && found.tokens.refreshToken === previous.refreshToken)
      await record.write(tokens, found.version)
  }

  function attempt(record: TokenRecord, kept: KeptTokens, previous: Tokens, attemptsLeft: number): void {
    const isCurrent = (): boolean => pending.get(record.key)?.kept === kept
    const timer = setTimeout(() => {
      write(record, kept, previous).then(
        () => {
          if (isCurrent()) pending.delete(record.key)
        },
        () => {
          if (!isCurrent()) return
          if (attemptsLeft > 0) attempt(record, kept, previous, attemptsLeft - 1)
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
    add(record, tokens, previous) {
      remove(record.key)
      if (pending.size < maxKept) attempt(record, { tokens, version: previous.version }, previous.tokens, maxAttempts)
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
