import type { Client } from './client.js'
import type { ClientCertificate } from './http.js'
import type { ProfileMap, RawProfile } from './profile.js'
import type { Tokens } from './tokens.js'

/** How a client proves itself at the token endpoint (RFC 6749 section 2.3; OpenID Connect Core section 9; RFC 8705 section 2 for `tls`). */
export type ClientAuthMethod = 'basic' | 'basic_raw' | 'post' | 'none' | 'client_secret_jwt' | 'private_key_jwt' | 'tls'

/** Authenticates a token request by itself: it may change the headers and the form that are about to be sent. */
export type ClientAuthFunction = (request: {
  endpoint: string
  clientId: string
  clientSecret: string | undefined
  client: Readonly<Client>
  headers: Headers
  form: URLSearchParams
}) => void

/** OAuth 1.0a signature methods (RFC 5849 section 3.4 and their SHA-2 successors). */
export type SignatureMethod = 'HMAC-SHA1' | 'HMAC-SHA256' | 'HMAC-SHA512' | 'RSA-SHA1' | 'RSA-SHA256' | 'RSA-SHA512' | 'PLAINTEXT'

/** A request on its way to a provider's API. */
export interface ApiRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | Uint8Array | undefined
  /** What is presented to a server that asks for a certificate. */
  certificate?: ClientCertificate | undefined
}

/** Changes of a request, or repairs of a response, at one station each. Pure functions: no hook can skip a check. */
export interface ProviderHooks {
  /** Changes the parameters of the authorization request. State, nonce and PKCE are added after it. */
  authorizationRequest?: (parameters: Record<string, string>) => Record<string, string>
  /** Changes the form of a token request; with OAuth 1.0a, the further parameters of the request-token call. */
  tokenRequest?: (form: Record<string, string>, facts: TokenRequestFacts) => Record<string, string>
  /** Repairs the parsed answer of the token endpoint before it is checked. */
  tokenResponse?: (body: Record<string, unknown>) => Record<string, unknown>
  /** Changes a request to the provider's API before it is signed, the userinfo request included. */
  apiRequest?: (request: ApiRequest, tokens: Readonly<Tokens>, client: Readonly<Client>) => ApiRequest
  /** Repairs the parsed profile before it is mapped. */
  userinfo?: (raw: RawProfile, tokens: Readonly<Tokens>, facts: LoginFacts) => RawProfile
}

/** What a token request may be made from besides its form. */
export interface TokenRequestFacts {
  client: Readonly<Client>
  /** Of the callback, what `callbackParameters` names; empty for other grants. */
  callback: Readonly<Record<string, string>>
}

/** What a profile may be made from besides the tokens. */
export interface LoginFacts extends TokenRequestFacts {
  /** The token endpoint's answer as it came. */
  response: Readonly<Record<string, unknown>>
}

/** Parameters of a request, or what makes them from the login. */
export type RequestParameters = Record<string, string> | ((facts: LoginFacts) => Record<string, string>)

/**
 * How a list names its next page where no `Link` header (RFC 8288) does: a path to the address of that page, or a path to a value and
 * the query parameter that takes it there. Paths are written as in `profile`.
 */
export type Pagination = { next: string } | { cursor: string; parameter: string }

/** A JWK Set (RFC 7517 section 5): public keys. */
export interface JwkSet {
  keys: readonly Readonly<Record<string, unknown>>[]
}

/** What an application may set for a provider, besides who it is to them. */
export interface ProviderOptions {
  /** Name on the sign-in page. @default the slug, with a capital letter */
  title?: string
  /** SVG text for the button. */
  icon?: string
  /** Background of the button, `#rrggbb`. */
  color?: string
  /** Scopes to ask for. @default those of the catalogue; else `openid profile email` for OpenID Connect, and none otherwise */
  scope?: readonly string[]
  /** Further scopes that a login may ask for with its `scope` parameter. */
  scopes?: readonly string[]
  /** Further parameters of the authorization request; none can replace a check. */
  authorizationParams?: Record<string, string>
  /** Further parameters of token requests; none can replace a check. */
  tokenParams?: Record<string, string>
  /** Asks for a refresh token, in the way that the provider documents. Logs a warning if the provider has none. @default false */
  offline?: boolean
  /** PKCE (RFC 7636); `false` only where the provider refuses it. @default true */
  pkce?: boolean
  /**
   * How the client proves who it is at the token endpoint.
   * @default what discovery lists, `'basic'` first; without a secret `'private_key_jwt'` if there is a `privateKey`, else `'none'`
   * @see docs/credentials.md#how-the-client-proves-who-it-is
   */
  clientAuth?: ClientAuthMethod | ClientAuthFunction
  /**
   * Binds tokens to a key of each login (DPoP, RFC 9449), so that nobody else can use them; what is not bound is refused.
   * @default false
   * @see docs/credentials.md#sender-constrained-tokens
   */
  dpop?: boolean
  /** Where API calls carry the token. @default 'header' */
  tokenPlacement?: 'header' | 'body' | 'query'
  /**
   * How the provider sends the browser back: `'form_post'` where it posts its answer, and with `.jwt` where it signs it (JARM).
   * @default `'query'`; `'form_post'` with `responseType: 'code id_token'`
   */
  responseMode?: 'query' | 'form_post' | 'query.jwt' | 'form_post.jwt'
  /** What the provider sends back; `'code id_token'` is the hybrid flow (OpenID Connect Core section 3.3). @default 'code' */
  responseType?: 'code' | 'code id_token'
  /**
   * Pushes the authorization request to the provider (RFC 9126) and sends the browser there with a reference only.
   * @default whether discovery says that the provider takes no other
   */
  par?: boolean
  /**
   * Signs the authorization request with `privateKey` (RFC 9101).
   * @default whether discovery says that the provider takes no other
   */
  requestObject?: boolean
  /** Claims to ask for one by one, as the parameter `claims` has them (OpenID Connect Core section 5.5). */
  claims?: Readonly<Record<string, unknown>>
  /**
   * URIs of the APIs that the access is for (RFC 8707). Tokens are for the first.
   * @see docs/openid-connect.md#a-token-for-one-api
   */
  resource?: string | readonly string[]
  /** What exactly to ask for, a list of objects with a `type` (RFC 9396); `credentials.authorizationDetails` has what was granted. */
  authorizationDetails?: readonly Readonly<Record<string, unknown>>[]
  /**
   * Signature algorithms to accept for ID Tokens. `HS256`, `HS384` and `HS512` are verified with a client secret of at least 32, 48 or
   * 64 bytes, and never accepted unless listed here.
   * @default those with public keys that discovery lists, else `RS256`
   * @see docs/openid-connect.md#algorithms
   */
  idTokenAlgs?: readonly string[]
  /**
   * The provider's public keys, a JWK Set `{ keys: [...] }`, in place of those at an address.
   * @see docs/openid-connect.md#keys
   */
  jwks?: JwkSet
  /** Seconds that may have passed since the user last authenticated at the provider. */
  maxAge?: number
  /** Values to ask for as `acr_values`. */
  acrValues?: readonly string[]
  /**
   * Whether another site may start a login by sending the user to `/auth/:provider` with `iss`, such as the provider's list of
   * applications (OpenID Connect Core section 4). @default false
   * @see docs/openid-connect.md#sign-in-that-another-site-starts
   */
  thirdPartyInitiated?: boolean
  /** Seconds by which the clocks may differ, at most 60. @default 30; 300 with OpenID 2.0 */
  clockTolerance?: number
  /** Hosts besides that of `apiBaseUrl` that may get the token. @default [] */
  apiHosts?: readonly string[]
  /**
   * How lists of the API name their next page where no `Link` header does; values are paths, as in `profile`.
   * @see docs/api-client.md#lists-of-many-pages
   */
  pagination?: Pagination
  /**
   * Lets the provider end sessions by a request of its own to `/auth/<slug>/backchannel-logout`. Needs `tokenStore`. @default false
   * @see docs/logout.md#from-the-provider
   */
  backchannelLogout?: boolean
  /**
   * Lets the provider end sessions by a frame in the browser, with `/auth/<slug>/frontchannel-logout`. Needs `tokenStore`. @default false
   * @see docs/logout.md#from-the-provider
   */
  frontchannelLogout?: boolean
  /** Where each field of the user comes from: a path into the provider's profile (`'data.id'`), or a function of it. */
  profile?: ProfileMap
  /** Pure functions that change a request or repair a response; none can skip a check. */
  hooks?: ProviderHooks
  /** How requests are signed (RFC 5849 section 3.4). @default 'HMAC-SHA1' */
  signatureMethod?: SignatureMethod
  /** Where the OAuth parameters of an API call go (RFC 5849 section 3.5). @default 'header' */
  signaturePlacement?: 'header' | 'query' | 'body'
  /** `realm` of the `Authorization` header; with OpenID 2.0, the part of your site that a sign-in is for. @default none; `baseUrl` with OpenID 2.0 */
  realm?: string
  /** Also signs bodies that are not forms, with `oauth_body_hash`. @default false */
  bodyHash?: boolean
  /** Further parameters of the request for a request token. */
  requestTokenParams?: Record<string, string>
}
