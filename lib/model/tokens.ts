/** Tokens as a provider gave them, in the words of RFC 6749; OAuth 1.0a adds the token secret. */
export interface Tokens {
  accessToken: string
  tokenType: string
  /** OAuth 1.0a only (RFC 5849 section 2.3). */
  tokenSecret?: string
  refreshToken?: string
  /**
   * Private key that the tokens are bound to (RFC 9449): `d` of an EC P-256 JWK (RFC 7518 section 6.2.2.1). There where `tokenType` is
   * `DPoP`; without it the tokens are of no use.
   */
  dpopKey?: string
  idToken?: string
  /** Granted scopes, separated by spaces. */
  scope?: string
  /** What was granted of the entry's `authorizationDetails` (RFC 9396 section 7). */
  authorizationDetails?: readonly Readonly<Record<string, unknown>>[]
  /** When the tokens were received, in seconds since 1970. */
  issuedAt?: number
  /** When the access token ends, in seconds since 1970; absent when the provider did not say. */
  expiresAt?: number
  /** The provider has refused to refresh them: only a new sign-in helps. */
  reauthRequired?: true
  /** What the provider's answers said of the connection, as its entry's `facts` name it. */
  facts?: Readonly<Record<string, string>>
  /** Access tokens for other resources or scopes (RFC 8707 section 2.2), by a digest of these; the refresh token is the same. */
  byResource?: Readonly<Record<string, ResourceToken>>
}

/** What of tokens is particular to one resource; the rest is as in the tokens that it stands beside. */
export type ResourceToken = Pick<Tokens, 'accessToken' | 'tokenType' | 'scope' | 'issuedAt' | 'expiresAt'>
