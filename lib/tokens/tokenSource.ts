import type { AuthError } from '../base/errors.js'
import type { NamedTarget, OwnGrant, Target } from '../model/grants/grants.js'
import type { Tokens } from '../model/tokens.js'
import type { KeptTokens, TokenRecord } from './tokenRecord.js'

/** The tokens of one account as a request, or a job, holds them. */
export interface TokenSource {
  /** As they are now; `undefined` where there are none: signed out, revoked, or not asked for yet. */
  current: () => Tokens | undefined
  /** Fetches what has become of them, where that is not known yet; awaited before the first call. */
  load?: (() => Promise<void>) | undefined
  /** Keeps what they have become; `undefined` once they have been revoked. */
  save: (tokens: Tokens | undefined) => void | Promise<void>
}

/** What a refresh works with, beside the tokens. */
export interface RefreshParts {
  /** Where the tokens are kept for other requests and processes; absent where their source is all there is. */
  record?: TokenRecord | undefined
  /** What new tokens are asked for with, where that is no refresh; a function where it is only known then. */
  grant?: OwnGrant | (() => Promise<OwnGrant>) | undefined
  /** What the access token is for, where that is another resource than the account's own. */
  target?: NamedTarget | undefined
  /** Told of a refresh once, however many waited for it. */
  onRefreshed?: ((refreshed: Tokens, previous: Tokens) => void | Promise<void>) | undefined
  /** Told when the provider has refused these tokens' refresh token itself, and whoever asks later would be refused as well. */
  onRefused?: ((refused: KeptTokens, error: AuthError) => Promise<void>) | undefined
  /** Told of refreshed tokens that belong to nobody: the account was signed out while they were being asked for. */
  onOrphaned?: ((refreshed: Tokens) => void) | undefined
}

/** The sign-in that an API wants of a user (RFC 9470 section 3). */
export interface SignInWanted {
  acrValues?: readonly string[]
  /** Seconds. */
  maxAge?: number
}

/** The access to one account: its tokens, and what may be done with them. */
export interface TokenAccess extends RefreshParts {
  source: TokenSource
  /** Where a user can be sent who has to sign in as the API wants; absent where there is no user to send. */
  stepUp?: ((wanted: SignInWanted) => string | undefined) | undefined
  /** Tokens as sealed text. */
  seal?: ((tokens: Tokens) => string) | undefined
  /** The access of a grant to another target; an account has one refresh token for all. */
  accessTo?: ((target: Target) => TokenAccess) | undefined
}

/** Stands in for tokens that have not been asked for yet, where the grant needs no earlier ones: they have ended, so the first call asks. */
export const unfetched: Tokens = Object.freeze({ accessToken: '', tokenType: 'Bearer', issuedAt: 0, expiresAt: 0 })
