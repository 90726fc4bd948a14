import type { Tokens } from '../model/tokens.js'
import type { StoreLock } from '../stores/tokenStore.js'

/** Tokens as they are kept, and the version that a writer has to name. */
export interface KeptTokens {
  tokens: Tokens
  version: number
}

/**
 * Where the tokens of one account are kept for every process that may refresh them: a record of a token store, or a row of the
 * application's own table.
 */
export interface TokenRecord {
  /** Names this record: whoever refreshes the tokens of one record shares one refresh. */
  readonly key: string
  read: () => Promise<KeptTokens | undefined>
  /** @returns `false` when the record holds another version by now */
  write: (tokens: Tokens, version: number) => Promise<boolean>
  /** See `TokenStore.lock`; absent where what keeps the record has none. */
  lock?: ((ttl: number) => Promise<StoreLock | undefined>) | undefined
}
