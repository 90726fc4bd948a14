import type { Client } from './client.js'
import type { ClientCertificate } from './http.js'
import type { ProfileMap, RawProfile } from './profile.js'
import type { RenewalStrategy, ResolvedExchange } from './refresh.js'
import type { Template } from './template.js'
import type { Tokens } from './tokens.js'

/** The protocols that a provider can speak. */
export type ProtocolName = 'oauth1' | 'oauth2' | 'oidc'

/** The protocols of the catalogue: OpenID 2.0 is there as data, and the flow does not speak it yet. */
export type CatalogueProtocol = ProtocolName | 'openid2'

/** What is known of an OpenID 2.0 provider (OpenID Authentication 2.0; Attribute Exchange 1.0; Simple Registration 1.0). */
export interface Openid2Facts {
  /** What discovery starts from; absent where the person types it. */
  identifier?: string
  endpoint?: string
  /** What a claimed identifier of this provider looks like, in whole. */
  claimedIdPattern?: RegExp
  /** Fields of Simple Registration to ask for. */
  simpleRegistration?: readonly string[]
  /** Types of Attribute Exchange to ask for, by alias. */
  attributeExchange?: Record<string, string>
}

/** How a client proves itself at the token endpoint (RFC 6749 section 2.3; OpenID Connect Core section 9; RFC 8705 section 2 for `tls`). */
export type ClientAuthMethod = 'basic' | 'basic_raw' | 'post' | 'none' | 'client_secret_jwt' | 'private_key_jwt' | 'tls'

/** Authenticates a token request by itself: it may change the headers and the form that are about to be sent. */
export type ClientAuthFunction = (request: { endpoint: string; clientId: string; clientSecret: string | undefined; client: Readonly<Client>
  headers: Headers; form: URLSearchParams }) => void

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
  /** Changes the parameters of the authorization request (OAuth 1.0a: of the authorization page's address). State, nonce and PKCE are added after it. */
  authorizationRequest?: (parameters: Record<string, string>) => Record<string, string>
  /** Changes the form of a token request (OAuth 1.0a: the further parameters of the request-token call). */
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

/** A value that an address of a provider needs: a tenant, a host. */
export interface ProviderParameter {
  description: string
  /**
   * What a value may look like, so that it cannot smuggle in another host: a host with perhaps a port; an address, which is a host and
   * perhaps a path; one segment of a path or label of a host; or text that is sent and never part of an address.
   */
  kind: 'host' | 'address' | 'segment' | 'text'
  default?: string
}

/**
 * How a list names its next page where no `Link` header (RFC 8288) does: a path to the address of that page, or a path to a value and
 * the query parameter that takes it there. Paths are written as in `profile`.
 */
export type Pagination = { next: string } | { cursor: string; parameter: string }

/** What an application may set for a provider, besides who it is to them. */
export interface ProviderOptions {
  title?: string
  /** SVG text for the provider's button. */
  icon?: string
  /** Background of the provider's button, `#rrggbb`. */
  color?: string
  /** Scopes to ask for. */
  scope?: readonly string[]
  /** Further scopes that a visitor's request for a login may name. */
  scopes?: readonly string[]
  authorizationParams?: Record<string, string>
  tokenParams?: Record<string, string>
  /** Ask for a refresh token, whatever the provider calls that. */
  offline?: boolean
  /** `false` only where the provider refuses PKCE. */
  pkce?: boolean
  clientAuth?: ClientAuthMethod | ClientAuthFunction
  tokenPlacement?: 'header' | 'body' | 'query'
  responseMode?: 'query' | 'form_post'
  /** Accepted signature algorithms of ID Tokens. */
  idTokenAlgs?: readonly string[]
  /** Seconds since the person's last authentication at the provider. */
  maxAge?: number
  acrValues?: readonly string[]
  /** Seconds by which the clocks may differ, at most 60. */
  clockTolerance?: number
  /** Other hosts that may receive the token. */
  apiHosts?: readonly string[]
  /** How lists of the API name their next page; a `Link` header goes first. */
  pagination?: Pagination
  profile?: ProfileMap
  hooks?: ProviderHooks
  signatureMethod?: SignatureMethod
  signaturePlacement?: 'header' | 'query' | 'body'
  realm?: string
  /** OAuth 1.0a: send `oauth_body_hash` with requests to the API whose body is no form (OAuth Request Body Hash extension). */
  bodyHash?: boolean
  requestTokenParams?: Record<string, string>
}

/** A provider as data: who they are. One file of the catalogue holds one of these. */
export interface Provider extends ProviderOptions {
  protocol: CatalogueProtocol
  title: string
  /** The provider's own documentation. */
  docs?: string
  parameters?: Record<string, ProviderParameter>
  issuer?: Template
  /** Issuers or origins that this provider had before: who signed in there stays signed in. */
  formerly?: readonly string[]
  /** Where the discovery document is, if not below the issuer. */
  discoveryEndpoint?: Template
  /** `false` where the endpoints are given here and no discovery document exists. */
  discovery?: boolean
  authorizationEndpoint?: Template
  tokenEndpoint?: Template
  /** Where tokens are renewed, if not at the token endpoint. */
  refreshEndpoint?: Template
  userinfoEndpoint?: Template
  requestTokenEndpoint?: Template
  accessTokenEndpoint?: Template
  /** Where tokens are revoked (RFC 7009), if discovery does not say. */
  revocationEndpoint?: Template
  /** How the client authenticates there, if not as at the token endpoint. */
  revocationClientAuth?: ClientAuthMethod
  /** Where tokens are introspected (RFC 7662), if discovery does not say. */
  introspectionEndpoint?: Template
  /** `'standard'` unless told. */
  renewal?: RenewalStrategy
  jwksUri?: Template
  apiBaseUrl?: Template
  userinfoMethod?: 'GET' | 'POST'
  /** Query of the userinfo request. */
  userinfoQuery?: RequestParameters
  /** Form of the userinfo request, which then is a POST. */
  userinfoForm?: RequestParameters
  /** JSON of the userinfo request, which then is a POST: a GraphQL query. */
  userinfoJson?: Record<string, unknown>
  /** Headers of every request to the API, the userinfo request included. */
  apiHeaders?: Record<string, string>
  /** `false` where the ID Token is the whole profile and the userinfo endpoint adds nothing. */
  userinfo?: boolean
  /**
   * Further profile requests, one after the other; each answer is put into the raw profile under its name. One that is refused is left
   * out. A function may read what the profile has so far.
   */
  extraRequests?: Record<string, string | ((raw: RawProfile, facts: LoginFacts) => string)>
  scopeSeparator?: string
  /** The provider's own names of standard parameters, such as `{ client_id: 'client_key' }`, at authorization and token endpoint. */
  parameterNames?: Record<string, string>
  /** What stands behind `#` of the authorization request. */
  authorizationFragment?: string
  /** Parameters of the callback, beside the standard ones, that hooks may read. */
  callbackParameters?: readonly string[]
  tokenMethod?: 'POST' | 'GET'
  tokenBodyFormat?: 'form' | 'json'
  /** Further parameters of a refresh. */
  refreshParams?: Record<string, string>
  /** Whether the entry's own `clientAuth` function signs with the client's private key. */
  needsPrivateKey?: boolean
  /** `'plain'` where the provider knows no other method of PKCE. */
  pkceMethod?: 'S256' | 'plain'
  /** Scheme before the token in its header, `Bearer` unless told; empty for the bare token. */
  tokenScheme?: string
  /** Header that carries the token, `authorization` unless told. */
  tokenHeader?: string
  /** Parameter that carries the token where `tokenPlacement` is `'query'` or `'body'`; `access_token` unless told. */
  tokenParameter?: string
  /** OpenID 2.0 only. */
  openid2?: Openid2Facts
  /** Whether this provider gives refresh tokens at all; where it has to be asked for them, `offlineAccess` says how. */
  refreshTokens?: boolean
  /** How this provider is asked for a refresh token when `offline` is set. */
  offlineAccess?: { scope?: readonly string[]; authorizationParams?: Record<string, string> }
  /** Issuer of the `iss` response parameter (RFC 9207) where there is no discovery document. */
  authorizationResponseIssuer?: Template
  /** `false` only where the provider leaves the nonce out of its ID Tokens. */
  nonce?: boolean
  /** `'form'` where the token endpoint answers form-encoded text instead of JSON. */
  tokenResponseFormat?: 'json' | 'form'
  /** Assumed where the token endpoint leaves `token_type` out, which RFC 6749 section 5.1 requires. */
  defaultTokenType?: string
}

/** A provider whose templates are filled and whose defaults are set: what the flow works with. */
export interface ResolvedProvider extends Omit<Provider, 'protocol' | 'openid2' | 'title' | 'issuer' | 'discoveryEndpoint' | 'authorizationEndpoint' | 'tokenEndpoint'
  | 'refreshEndpoint' | 'userinfoEndpoint' | 'requestTokenEndpoint' | 'accessTokenEndpoint' | 'revocationEndpoint' | 'introspectionEndpoint'
  | 'renewal' | 'jwksUri' | 'apiBaseUrl' | 'authorizationResponseIssuer'> {
  protocol: ProtocolName
  /** Where the entry or the catalogue has one; `titleOf` a registration is there always. */
  title?: string
  issuer?: string
  discoveryEndpoint?: string
  authorizationEndpoint?: string
  tokenEndpoint?: string
  refreshEndpoint?: string
  userinfoEndpoint?: string
  requestTokenEndpoint?: string
  accessTokenEndpoint?: string
  revocationEndpoint?: string
  introspectionEndpoint?: string
  renewal?: 'standard' | 'none' | ResolvedExchange
  jwksUri?: string
  apiBaseUrl?: string
  authorizationResponseIssuer?: string
  scope: readonly string[]
}

/**
 * Declares a provider, for the catalogue or for `providers: { slug: defineProvider({...}) }`.
 * @param provider who they are: protocol, endpoints, scopes, profile map, hooks
 * @returns the same value, checked by the compiler
 */
export function defineProvider(provider: Provider): Provider {
  return provider
}
