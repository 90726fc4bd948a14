import type { Http, HttpResponse, HttpStream, Outbound } from './http/types.js'
import type { RawProfile } from './profileMap.js'
import type { ApiRequest, ResolvedProvider } from './provider.js'

export { defineProvider } from './provider.js'
export type { ProfileField, ProfileKey, ProfileMap, RawProfile } from './profileMap.js'
export type {
  ApiRequest, CatalogueProtocol, ClientAuthFunction, ClientAuthMethod, LoginFacts, Openid2Facts, Pagination, ProtocolName, Provider,
  ProviderHooks, ProviderOptions, ProviderParameter, RequestParameters, ResolvedProvider, SignatureMethod, Template, TokenRequestFacts,
} from './provider.js'
export type { ClientCertificate, Http, HttpRequest, HttpResponse, HttpStream, Outbound, StreamRequest, StreamResponse } from './http/types.js'
export type { AccessTokenExchange, RenewalStrategy, ResolvedExchange } from './renewalStrategy.js'

/** A postal address, as in OpenID Connect Core section 5.1.1. */
export interface Address {
  country?: string
  region?: string
  locality?: string
  postalCode?: string
  formatted?: string
}

/** The signed-in person, in the same words for every provider. What is not known is absent. Extend it by declaration merging. */
export interface AuthUser {
  /** Slug of the provider that vouches for this person. */
  provider: string
  /** The provider's stable id (`sub`), always a string. */
  id: string
  /**
   * `provider + '$' + id`: unique over all providers, safe as a database key. Where one slug can mean several issuers,
   * `provider + '@' + issuer + '$' + id`, the issuer without `https://` or, where there is none, the host of the API.
   */
  key: string
  username?: string
  /** Always present: name, else given and family name, else username, else nickname, else the local part of the e-mail, else id. */
  name: string
  givenName?: string
  familyName?: string
  nickname?: string
  email?: string
  /** `true` only where the provider vouches for the address. */
  emailVerified?: boolean
  picture?: string
  profileUrl?: string
  website?: string
  gender?: string
  birthdate?: string
  locale?: string
  zoneinfo?: string
  phoneNumber?: string
  address?: Address
  /** What the `onLogin` hook put there, else empty. */
  roles: string[]
  /** When this login finished, ISO 8601. */
  loggedInAt: string
  /** Authentication context class reference of this login (OpenID Connect). */
  acr?: string
  /** Authentication methods of this login (OpenID Connect). */
  amr?: string[]
  /** When the provider last saw the person authenticate, ISO 8601 (OpenID Connect `auth_time`). */
  authTime?: string
  /** The provider's own profile, parsed. */
  raw: RawProfile
}

/** Tokens as a provider gave them, in the words of RFC 6749; OAuth 1.0a adds the token secret. */
export interface Tokens {
  accessToken: string
  tokenType: string
  /** OAuth 1.0a only (RFC 5849 section 2.3). */
  tokenSecret?: string
  refreshToken?: string
  idToken?: string
  /** Granted scopes, separated by spaces. */
  scope?: string
  /** When the tokens were received, in seconds since 1970. */
  issuedAt?: number
  /** When the access token ends, in seconds since 1970; absent when the provider did not say. */
  expiresAt?: number
}

/** Who the application is to a provider. */
export interface Client {
  clientId: string
  clientSecret?: string
  /** PEM text (PKCS#8 or PKCS#1) for signatures by key, and of the certificate. */
  privateKey?: string
  /** The `kid` of that key, for assertions that it signs (RFC 7523, RFC 7515 section 4.1.4). */
  keyId?: string
  /** PEM text of the certificate that the client presents (RFC 8705), and of those that vouch for it. */
  certificate?: string
  /** Values of the provider's parameters: tenant, host, further keys of the application. */
  parameters?: Readonly<Record<string, string>>
}

/** One entry of the configuration, checked and complete: a provider, and who we are to it. */
export interface Registration {
  slug: string
  provider: ResolvedProvider
  client: Client
  /** Given by `providers` as a function: the same slug may be another's for another request. */
  fromLookup?: true
  /** Where it may lead: to public addresses only, where a lookup gave it and so somebody else may have written its addresses. */
  reach?: 'public'
}

/** What a login works with, frozen when it starts. */
export interface Context extends Registration {
  redirectUri: string
  http: Http
  openStream: HttpStream
  outbound: Outbound
  /** Milliseconds since 1970. */
  now: () => number
}

/** What a person, a guard or the application asks of one login. */
export interface LoginOptions {
  /** Where to go afterwards; rule R1 decides whether it may be used. */
  returnTo?: string
  prompt?: string
  loginHint?: string
  /** Scopes to ask for beside the configured ones. */
  scope?: readonly string[]
  /** Seconds; see OpenID Connect Core section 3.1.2.1. */
  maxAge?: number
  acrValues?: readonly string[]
  /** Whether the person asks to stay signed in beyond the browser's session; what the option `remember` says unless told. */
  remember?: boolean
}

/** What must survive the redirect to the provider and back. Sealed, one record a login, used once. */
export interface Transaction {
  slug: string
  /** Random and told to nobody: what joins two requests to one login, because the value of the state may be the provider's choice. */
  id: string
  /** SHA-256 of the value that the callback will bring: `state`, or the request token of OAuth 1.0a. */
  stateHash: string
  /** SHA-256 over endpoints, client id and redirect URI: a login does not survive a change of whom it talks to, or of where it ends. */
  target: string
  /** Milliseconds since 1970. */
  createdAt: number
  returnTo?: string
  nonce?: string
  codeVerifier?: string
  requestToken?: string
  requestTokenSecret?: string
  scope?: readonly string[]
  maxAge?: number
  remember?: boolean
  /** Digest of what a guard asked of this login, so that it asks once. */
  stepUp?: string
}

/** What `authorize` gives: where to send the browser, and what the protocol wants back at the callback. */
export interface Authorization {
  location: string
  /** The value by which the callback will name this login. */
  state: string
  remember: Pick<Transaction, 'nonce' | 'codeVerifier' | 'requestToken' | 'requestTokenSecret'>
}

/** Parameters of a callback: each at most once. */
export type CallbackParameters = Readonly<Record<string, string>>

/** What a callback brought, and the login that it belongs to (RFC 6749 section 4.1.3). */
export interface CodeGrant {
  type: 'authorization_code'
  transaction: Transaction
  parameters: CallbackParameters
}

/** What tokens are asked for with: the fruit of a callback, a refresh token, or the client's own standing. */
export type Grant =
  | CodeGrant
  | { type: 'refresh_token'; tokens: Tokens }
  | { type: 'client_credentials'; scope?: readonly string[] }

/** One protocol: the same functions for all. */
export interface Protocol {
  /** Phase 1: where to send the browser, and what to remember. */
  authorize: (context: Context, options: LoginOptions) => Promise<Authorization>
  /** Phase 2, before anything is redeemed: issuer, then error, then code. */
  checkResponse: (context: Context, grant: CodeGrant) => Promise<void>
  /** Phase 2: a grant for tokens. A callback is checked once more. */
  exchange: (context: Context, grant: Grant) => Promise<TokenSet>
  /** The provider's profile of the person whom the tokens speak for. */
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
