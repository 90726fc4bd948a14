import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { Party } from '../../lib/tokens/binding.js'
import { authRouter, type AuthRouter } from '../../middleware/index.js'

export const secret = 'a secret of the tests with several processes'
const clientId = 'the-client'
export const slug = 'h'

/** Addresses of a provider. */
export interface ProviderPlace {
  tokenEndpoint: string
  apiBaseUrl: string
}

function entryOf({ tokenEndpoint, apiBaseUrl }: ProviderPlace) {
  return { protocol: 'oauth2', authorizationEndpoint: new URL('/authorize', tokenEndpoint).href, tokenEndpoint, apiBaseUrl } as const
}

/** Who the application is to the provider. */
export function partyOf(provider: ProviderPlace): Party {
  return { provider: { ...entryOf(provider), title: '', scope: [] }, client: { clientId } }
}

/** The application that every process of a test runs. */
export function application(provider: ProviderPlace, tokenStore?: TokenStore, timeout = 10_000): AuthRouter {
  return authRouter({
    secret,
    logger: false,
    http: { timeout },
    providers: { [slug]: { ...entryOf(provider), clientId, clientSecret: 'the secret of the client', profile: { id: 'id' } } },
    ...(tokenStore ? { tokenStore } : {}),
  })
}
