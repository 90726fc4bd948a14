import { authRouter, type AuthRouter } from '../../middleware/index.js'
import type { TokenStore } from '../../lib/tokenStore.js'

export const secret = 'a secret of the tests with several processes'
export const clientId = 'the-client'
export const slug = 'h'

/** Addresses of a provider. */
export interface ProviderPlace {
  tokenEndpoint: string
  apiBaseUrl: string
}

/** The application that every process of a test runs. */
export function application({ tokenEndpoint, apiBaseUrl }: ProviderPlace, tokenStore?: TokenStore, timeout = 10_000): AuthRouter {
  return authRouter({
    secret,
    logger: false,
    http: { timeout },
    providers: { [slug]: { protocol: 'oauth2', authorizationEndpoint: new URL('/authorize', tokenEndpoint).href, tokenEndpoint, apiBaseUrl,
      clientId, clientSecret: 'the secret of the client', profile: { id: 'id' } } },
    ...(tokenStore ? { tokenStore } : {}),
  })
}
