import type { Context } from './context.js'
import type { HttpResponse } from './http.js'
import type { Authorization, CallbackParameters, CodeGrant, Grant, LoginOptions } from './login.js'
import type { RawProfile } from './profile.js'
import type { ApiRequest, ResolvedProvider } from './provider.js'
import type { Tokens } from './tokens.js'

/** One protocol: the same functions for all. */
export interface Protocol {
  /** Phase 1: where to send the browser, and what the callback is checked against. */
  authorize: (context: Context, options: LoginOptions) => Promise<Authorization>
  /** The HTTP methods that a callback of this provider may come by. */
  callbackMethods: (provider: ResolvedProvider) => readonly string[]
  /** The value by which a callback names its login, also one that says no; `undefined` where there is none. */
  state: (parameters: CallbackParameters, provider: ResolvedProvider) => string | undefined
  /**
   * Phase 2, before anything is redeemed: issuer, then error, then code.
   * @returns the parameters that count: of an answer that is signed as a whole, those that were signed
   */
  checkResponse: (context: Context, grant: CodeGrant) => Promise<CallbackParameters>
  /** Phase 2: a grant for tokens. A callback is checked once more. */
  exchange: (context: Context, grant: Grant) => Promise<TokenSet>
  /** The provider's profile of the user whom the tokens, or the answer without any, speak for. */
  userinfo: (context: Context, tokenSet: TokenSet) => Promise<RawProfile>
  /**
   * For a protocol by which every request says who sends it: who that is, verified.
   * @param header a request header; `undefined` where it is absent
   * @returns `undefined` where the request does not say
   */
  identify?: (context: Context, header: (name: string) => string | undefined) => Promise<HeaderIdentity | undefined>
  /** Puts the tokens on a request to the API: at once, or later where a key has to sign. */
  sign: (context: Context, tokens: Tokens, request: ApiRequest) => ApiRequest | Promise<ApiRequest>
  /** Whether the signature of such a request covers its body, which then has to be there as a whole. */
  covers: (context: Context, request: ApiRequest) => boolean
  /** An address that a provider has answered with, without what `sign` may have put into the one that was asked: the next request has its own. */
  unsigned: (address: URL) => URL
  /**
   * Whether a request that the API refused is worth signing anew, because of what the answer says. Asked for answers of 4xx; the body is
   * empty where it is read as it comes.
   */
  refused?: (context: Context, response: HttpResponse) => boolean
  /**
   * The document in which a provider of this protocol looks up where it may send users back to, with its media type.
   * @param redirectUris of all entries of the protocol
   */
  relyingPartyDocument?: (redirectUris: readonly string[]) => { contentType: string; body: string }
  /** Where to send the browser to sign out at the provider too; `undefined` where this provider has no such address. */
  endSession?: (context: Context, request: EndSessionRequest) => Promise<string | undefined>
  /** Verifies what a provider sends to end sessions here, past the browser. */
  verifyLogoutToken?: (context: Context, logoutToken: string) => Promise<LogoutNotice>
  /** Reads what a provider says by a frame in the browser to end a session here, and whose origin shows that frame. */
  readFrontchannelLogout?: (context: Context, parameters: CallbackParameters) => Promise<{ session: ProviderSession; origin: string }>
}

/** What a provider calls a session, or all sessions of a user, at one client. */
export interface ProviderSession {
  issuer: string
  sub?: string
  sid?: string
}

/** Whom a request speaks for by what its headers say. */
export interface HeaderIdentity {
  tokenSet: TokenSet
  /** Seconds since 1970 after which the same header is refused. */
  expiresAt: number
}

/** What a verified logout token says. */
export interface LogoutNotice extends ProviderSession {
  /** Names this token among all of the issuer's. */
  jti: string
  /** Seconds since 1970 after which it is refused anyway. */
  expiresAt: number
}

/** What a provider is told that is to end the session of this browser. */
export interface EndSessionRequest {
  /** Where it sends the browser back to, and what it has to bring along. */
  postLogoutRedirectUri: string
  state: string
  /** The last ID Token of the account that signs out. */
  idToken?: string | undefined
  logoutHint?: string | undefined
  uiLocales?: string | undefined
}

/** What a grant gave: tokens, with what came along: the claims of a verified ID Token, and the answer as the provider gave it. */
export interface TokenSet {
  /** Absent where the protocol only says who somebody is. */
  tokens?: Tokens
  claims?: RawProfile
  response: Record<string, unknown>
  /** Of the callback, what the provider's `callbackParameters` names. */
  callback?: Record<string, string>
}
