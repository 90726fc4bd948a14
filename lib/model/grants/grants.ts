import type { Tokens } from '../tokens.js'

/** What an access token is asked for (RFC 6749 section 3.3, RFC 8707, RFC 8693 section 2.1). */
export interface Target {
  scope?: readonly string[]
  /** Where it will be used: absolute URIs without a fragment (RFC 8707 section 2). */
  resource?: readonly string[]
  /** The same by names that the authorization server knows (RFC 8693 section 2.1). */
  audience?: readonly string[]
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

/** What the application can ask for tokens with, and ask again when they have ended: nobody has to sign in for it. */
export type OwnGrant = ClientCredentialsGrant
