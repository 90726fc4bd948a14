import type { RawProfile } from './profile.js'
import type { ClientAuthMethod, LoginFacts, ProviderOptions, RequestParameters } from './providerOptions.js'
import type { HeaderOptions } from './protocols/headerOptions.js'
import type { Openid2Options } from './protocols/openid2Options.js'
import type { OwnProtocol } from './protocols/ownProtocol.js'
import type { RenewalStrategy, ResolvedExchange } from './refresh.js'
import type { Template } from './template.js'

export type {
  ApiRequest,
  ClientAuthFunction,
  ClientAuthMethod,
  JwkSet,
  LoginFacts,
  Pagination,
  ProviderHooks,
  ProviderOptions,
  RequestParameters,
  SignatureMethod,
  TokenRequestFacts,
} from './providerOptions.js'

/** The protocols that a provider can speak. */
export type ProtocolName = 'oauth1' | 'oauth2' | 'oidc' | 'openid2' | 'header-jwt'

/** A value that an address of a provider needs: a tenant, a host. */
export interface ProviderParameter {
  description: string
  /**
   * What a value may look like, so that it cannot smuggle in another host: a host with perhaps a port; an address, which is a host and
   * perhaps a path; one segment of a path or label of a host; text that is sent and never part of an address; or an OpenID 2.0
   * identifier, which is an address in whole.
   */
  kind: 'host' | 'address' | 'segment' | 'text' | 'identifier'
  default?: string
  /** What the whole of a value that a user chooses must match. */
  pattern?: RegExp
  /** A value as the form shows it. */
  example?: string
}

/** What an answer of the provider says of one connection, such as the host of this user's API. */
export interface ProviderFact {
  /** Path into the answer, as in `profile`. */
  path: string
  /**
   * The answer: of the token endpoint, the callback's parameters, the claims of the verified ID Token, or the profile, in which the answers
   * to `extraRequests` stand under their names. @default 'token'
   */
  from?: 'token' | 'callback' | 'id_token' | 'userinfo'
  /**
   * For a fact that is an address: the hosts that it may name, as whole host names, `*.example.com` for all below one, or an expression
   * for the whole of a host.
   */
  hosts?: readonly string[] | RegExp
}

/** A provider as data: who they are. One file of the catalogue holds one of these. */
export interface Provider extends ProviderOptions, Openid2Options, HeaderOptions {
  protocol: ProtocolName | OwnProtocol
  title: string
  /** URL of the provider's own documentation. */
  docs?: string
  /** Values that the provider's addresses need, such as a tenant: name to `{ description, kind, default }`. */
  parameters?: Record<string, ProviderParameter>
  /** Issuer identifier, exactly as the provider writes it. */
  issuer?: Template
  /**
   * Issuers or origins that this provider had before, so that its users stay signed in.
   * @see docs/sessions.md#whose-session-it-is
   */
  formerly?: readonly string[]
  /** URL of the discovery document, if it is not below the issuer. */
  discoveryEndpoint?: Template
  /** `false` where there is no discovery document, and all endpoints are in the entry. @default true */
  discovery?: boolean
  /** Where the browser is sent to sign in. */
  authorizationEndpoint?: Template
  /** Where the code is exchanged for tokens. */
  tokenEndpoint?: Template
  /** Where tokens are refreshed. @default `tokenEndpoint` */
  refreshEndpoint?: Template
  /** Where the profile is read. @default that of discovery; without one, the profile is the ID Token or the token answer */
  userinfoEndpoint?: Template
  /** Where request tokens come from. */
  requestTokenEndpoint?: Template
  /** Where access tokens come from. */
  accessTokenEndpoint?: Template
  /** Where tokens are revoked (RFC 7009). @default that of discovery */
  revocationEndpoint?: Template
  /** How the client proves who it is at `revocationEndpoint`. @default `clientAuth` */
  revocationClientAuth?: ClientAuthMethod
  /** Where tokens are introspected (RFC 7662). @default that of discovery */
  introspectionEndpoint?: Template
  /** Where authorization requests are pushed to (RFC 9126); naming it turns `par` on. @default that of discovery */
  pushedAuthorizationRequestEndpoint?: Template
  /** Where command-line tools ask for a code that the user types elsewhere (RFC 8628). @default that of discovery */
  deviceAuthorizationEndpoint?: Template
  /**
   * Where users sign out at the provider (OpenID Connect RP-Initiated Logout 1.0). @default that of discovery
   * @see docs/logout.md#at-the-provider
   */
  endSessionEndpoint?: Template
  /**
   * How access is refreshed: by refresh token, not at all, or by exchanging the access token for a new one.
   * @default 'standard'
   * @see docs/credentials.md#when-a-token-expires-and-when-it-is-refreshed
   */
  renewal?: RenewalStrategy
  /** URL of the provider's public keys, a JWK Set. @default that of discovery */
  jwksUri?: Template
  /** Base of relative URLs in API calls. The token is sent only to its origin and to `apiHosts`. */
  apiBaseUrl?: Template
  /**
   * What answers say of a connection, name to the path in the token answer or to `{ path, from, hosts }`. `apiBaseUrl` may begin with one
   * that has `hosts`; `req.oauthClient.facts` shows all.
   * @see docs/api-client.md#where-the-answer-says-where-the-api-is
   */
  facts?: Record<string, string | ProviderFact>
  /** Method of the profile request. @default 'GET' */
  userinfoMethod?: 'GET' | 'POST'
  /** Query of the profile request. */
  userinfoQuery?: RequestParameters
  /** Form of the profile request, which then is a POST. */
  userinfoForm?: RequestParameters
  /** JSON of the profile request, which then is a POST: a GraphQL query. */
  userinfoJson?: Record<string, unknown>
  /** Headers of every request to the API, the profile request included. */
  apiHeaders?: Record<string, string>
  /** `false` where the ID Token is the whole profile and the userinfo endpoint adds nothing. @default `true`; `false` with `resource` */
  userinfo?: boolean
  /**
   * Further profile requests, name to URL or a function that makes it; each answer goes into the raw profile under its name, and one
   * that fails is left out.
   */
  extraRequests?: Record<string, string | ((raw: RawProfile, facts: LoginFacts) => string)>
  /** Text between scopes. @default a space */
  scopeSeparator?: string
  /** The provider's own names of standard parameters, such as `{ client_id: 'client_key' }`. */
  parameterNames?: Record<string, string>
  /** Text behind `#` of the authorization request. */
  authorizationFragment?: string
  /** Parameters of the callback, besides the standard ones, that hooks may read. */
  callbackParameters?: readonly string[]
  /** Method of token requests. @default 'POST' */
  tokenMethod?: 'POST' | 'GET'
  /** Body of token requests. @default 'form' */
  tokenBodyFormat?: 'form' | 'json'
  /** Further parameters of a refresh. */
  refreshParams?: Record<string, string>
  /** Whether a `clientAuth` function signs with `privateKey`, which is then required. @default false */
  needsPrivateKey?: boolean
  /** `'plain'` where the provider knows no other method of PKCE. @default 'S256' */
  pkceMethod?: 'S256' | 'plain'
  /** Scheme before the token in its header; empty for the bare token. @default 'Bearer' */
  tokenScheme?: string
  /** Header that carries the token. @default 'authorization' */
  tokenHeader?: string
  /** Parameter that carries the token where `tokenPlacement` is `'query'` or `'body'`. @default 'access_token' */
  tokenParameter?: string
  /** Whether this provider gives refresh tokens at all; where it has to be asked for them, `offlineAccess` says how. */
  refreshTokens?: boolean
  /** How `offline` asks for a refresh token. @default `offline_access` with `prompt=consent` for an OpenID Connect entry of your own */
  offlineAccess?: OfflineAccess
  /** Expected issuer in the provider's answer (`iss`, RFC 9207) where there is no discovery document. */
  authorizationResponseIssuer?: Template
  /** The `nonce` of ID Tokens; `false` only where the provider leaves it out. @default true */
  nonce?: boolean
  /** `'form'` where the token endpoint answers form-encoded text. @default 'json' */
  tokenResponseFormat?: 'json' | 'form'
  /** Token type where the token endpoint leaves out `token_type`, which RFC 6749 section 5.1 requires. */
  defaultTokenType?: string
}

/** What a login adds to be given a refresh token. */
export interface OfflineAccess {
  /** Scopes to add. */
  scope?: readonly string[]
  /** Parameters of the authorization request to add. */
  authorizationParams?: Record<string, string>
}

/** A provider whose templates are filled and whose defaults are set: what the flow works with. */
export interface ResolvedProvider extends Omit<
  Provider,
  | 'protocol'
  | 'title'
  | 'discovery'
  | 'issuer'
  | 'discoveryEndpoint'
  | 'authorizationEndpoint'
  | 'tokenEndpoint'
  | 'refreshEndpoint'
  | 'userinfoEndpoint'
  | 'requestTokenEndpoint'
  | 'accessTokenEndpoint'
  | 'revocationEndpoint'
  | 'introspectionEndpoint'
  | 'pushedAuthorizationRequestEndpoint'
  | 'deviceAuthorizationEndpoint'
  | 'endSessionEndpoint'
  | 'renewal'
  | 'jwksUri'
  | 'apiBaseUrl'
  | 'authorizationResponseIssuer'
  | 'identifier'
  | 'audience'
  | 'signer'
  | 'keyEndpoint'
> {
  /** Its name. */
  protocol: string
  /** Where it is the application's own. */
  ownProtocol?: OwnProtocol
  /** `false` where the endpoints are the entry's own: as it says, or because its protocol has no discovery. */
  discovery?: boolean
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
  pushedAuthorizationRequestEndpoint?: string
  deviceAuthorizationEndpoint?: string
  endSessionEndpoint?: string
  renewal?: 'standard' | 'none' | ResolvedExchange
  jwksUri?: string
  identifier?: string
  audience?: readonly string[]
  signer?: string
  keyEndpoint?: string
  /** Which tenants may sign in, where the provider's issuer is that of many: what may stand in place of `{tenantid}`. */
  allowedTenants?: readonly string[] | RegExp
  /** Without what facts would say: what holds for tokens that came without any. */
  apiBaseUrl?: string
  /** What `apiBaseUrl` is made of for one connection, where it depends on facts. */
  apiBaseTemplate?: Template
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
