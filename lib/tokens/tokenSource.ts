import type { Grant } from '../model/login.js'
import type { Tokens } from '../model/tokens.js'
import type { TokenRecord } from './tokenRecord.js'

/** The tokens of one account as a request, or a job, knows them. */
export interface TokenSource {
  /** The tokens as they are now, or `undefined` once the account has been signed out. */
  read: () => Tokens | undefined
  /** Fetches what has become of the tokens, where that is not known yet; awaited before the first call. */
  load?: (() => Promise<void>) | undefined
  /** Takes refreshed tokens over. */
  write: (tokens: Tokens) => void | Promise<void>
  /** Lets go of tokens that have been revoked. */
  forget?: (() => void | Promise<void>) | undefined
  /** Where the tokens are kept for other requests and processes; absent where this holder is all there is. */
  record?: TokenRecord | undefined
  /** What new tokens are asked for with; a refresh unless told. */
  grant?: ((tokens: Tokens) => Grant) | undefined
  /** Stands in for tokens that have not been asked for yet, where `grant` needs no earlier ones. */
  unfetched?: Tokens | undefined
  /** Told of every refresh once, however many waited for it. */
  onRefreshed?: ((refreshed: Tokens, previous: Tokens) => void | Promise<void>) | undefined
  /** Told of refreshed tokens that belong to nobody: the account was signed out while they were being asked for. */
  onOrphaned?: ((refreshed: Tokens) => void) | undefined
  /** The tokens as sealed text. */
  seal?: ((tokens: Tokens) => string) | undefined
}
