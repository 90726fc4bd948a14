import type { Context } from './context.js'
import type { HttpResponse } from './http.js'
import type { Authorization, CodeGrant, Grant, LoginOptions } from './login.js'
import type { RawProfile } from './profile.js'
import type { ApiRequest } from './provider.js'
import type { Tokens } from './tokens.js'

/** One protocol: the same functions for all. */
export interface Protocol {
  /** Phase 1: where to send the browser, and what to remember. */
  authorize: (context: Context, options: LoginOptions) => Promise<Authorization>
  /** Phase 2, before anything is redeemed: issuer, then error, then code. */
  checkResponse: (context: Context, grant: CodeGrant) => Promise<void>
  /** Phase 2: a grant for tokens. A callback is checked once more. */
  exchange: (context: Context, grant: Grant) => Promise<TokenSet>
  /** The provider's profile of the user whom the tokens speak for. */
  userinfo: (context: Context, tokenSet: TokenSet) => Promise<RawProfile>
  /** Puts the tokens on a request to the API. */
  sign: (context: Context, tokens: Tokens, request: ApiRequest) => ApiRequest
  /**
   * Whether a request that the API refused is worth signing anew, because of what the answer says. Asked for answers of 4xx; the body is
   * empty where it is read as it comes.
   */
  refused?: (context: Context, response: HttpResponse) => boolean
}

/** Tokens, with what came along: the claims of a verified ID Token, and the answer as the provider gave it. */
export interface TokenSet {
  tokens: Tokens
  claims?: RawProfile
  response: Record<string, unknown>
  /** Of the callback, what the provider's `callbackParameters` names. */
  callback?: Record<string, string>
}
