import type { Template } from './template.js'

/** How an access token itself is exchanged for one that lasts longer, at providers that give no refresh tokens. */
export interface AccessTokenExchange {
  grantType: string
  /** Parameter that carries the access token. */
  parameter: string
  /** Where it is exchanged, if not at the token endpoint. */
  endpoint?: Template
  /** `POST` unless told. */
  method?: 'POST' | 'GET'
  /** `false` where the exchange takes the token alone, and neither the client's id nor its secret is sent. */
  authenticated?: boolean
  /** How a token that lives for less than a day is exchanged, where that is another request. */
  shortLived?: Omit<AccessTokenExchange, 'shortLived'>
}

/** How access is refreshed: by refresh token (RFC 6749 section 6), not at all, or by an exchange of the access token. */
export type RenewalStrategy = 'standard' | 'none' | AccessTokenExchange

/** An exchange of access tokens whose addresses are filled. */
export interface ResolvedExchange extends Omit<AccessTokenExchange, 'endpoint' | 'shortLived'> {
  endpoint?: string
  shortLived?: Omit<ResolvedExchange, 'shortLived'>
}
