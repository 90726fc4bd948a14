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
  /** What was granted of the entry's `authorizationDetails` (RFC 9396 section 7). */
  authorizationDetails?: readonly Readonly<Record<string, unknown>>[]
  /** When the tokens were received, in seconds since 1970. */
  issuedAt?: number
  /** When the access token ends, in seconds since 1970; absent when the provider did not say. */
  expiresAt?: number
  /** What the provider's answers said of the connection, as its entry's `facts` name it. */
  facts?: Readonly<Record<string, string>>
}
