import type { Tokens } from '../tokens.js'

/** What an access token is asked for (RFC 6749 section 3.3, RFC 8707, RFC 8693 section 2.1). */
export interface Target {
  scope?: readonly string[]
  /** Where it will be used: absolute URIs without a fragment (RFC 8707 section 2). */
  resource?: readonly string[]
  /** The same by names that the authorization server knows (RFC 8693 section 2.1). */
  audience?: readonly string[]
}

/** A target of one account, with the name that its token is kept under. */
export interface NamedTarget extends Target {
  key: string
}

/** A refresh (RFC 6749 section 6), perhaps for another target than that of the tokens (RFC 8707 section 2.2). */
export interface RefreshGrant {
  type: 'refresh_token'
  tokens: Tokens
  target?: Target | undefined
}

/** The client's own standing (RFC 6749 section 4.4). */
export interface ClientCredentialsGrant extends Target {
  type: 'client_credentials'
}

/** A token for another one (RFC 8693 section 2.1); types are URIs. */
export interface TokenExchangeGrant extends Target {
  type: 'token_exchange'
  subjectToken: string
  subjectTokenType: string
  /** Who acts for the subject, where that is not the client. */
  actorToken?: string
  actorTokenType?: string
  requestedTokenType?: string
}

/** A JWT that the client signs (RFC 7523 section 2.1). */
export interface JwtBearerGrant extends Omit<Target, 'audience'> {
  type: 'jwt_bearer'
  /** On whose behalf: the client's own unless told; `false` where the provider wants none. */
  subject?: string | false
  /** Who is to accept it; the issuer, else the token endpoint, unless told. */
  audience?: string
  /** Further claims. */
  claims?: Readonly<Record<string, unknown>>
}

/** What a device asks with until its user has typed the code (RFC 8628 section 3.4). */
export interface DeviceCodeGrant {
  type: 'device_code'
  deviceCode: string
  scope?: readonly string[]
}

/** What the application can ask for tokens with, and ask again when they have ended: nobody has to sign in for it. */
export type OwnGrant = ClientCredentialsGrant | TokenExchangeGrant | JwtBearerGrant
