import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { UserStore } from '../../lib/stores/userStore.js'
import type { Party } from '../../lib/tokens/binding.js'
import { authRouter, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'

export const secret = 'a secret of the tests with several processes'
const clientId = 'the-client'
export const slug = 'h'

/** Addresses of a provider. */
export interface ProviderPlace {
  tokenEndpoint: string
  apiBaseUrl: string
  /** More of the entry. */
  more?: ProviderEntry
}

function entryOf({ tokenEndpoint, apiBaseUrl }: ProviderPlace) {
  return { protocol: 'oauth2', authorizationEndpoint: new URL('/authorize', tokenEndpoint).href, tokenEndpoint, apiBaseUrl } as const
}

/** Who the application is to the provider. */
export function partyOf(provider: ProviderPlace): Party {
  return { provider: { ...entryOf(provider), title: '', scope: [] }, client: { clientId } }
}

export interface ApplicationParts {
  tokenStore?: TokenStore | undefined
  /** Of an application that keeps tokens for its users. */
  userStore?: UserStore | undefined
  /** Milliseconds for an API call; twice as many for a token call. */
  timeout?: number | undefined
  /** The current one first. */
  secrets?: readonly string[] | undefined
  options?: Partial<AuthRouterOptions> | undefined
}

/** The application that every process of a test runs. */
export function application(
  provider: ProviderPlace,
  { tokenStore, userStore, timeout = 10_000, secrets = [secret], options = {} }: ApplicationParts = {},
): AuthRouter {
  return authRouter({
    secret: secrets,
    logger: false,
    http: { timeout },
    providers: {
      [slug]: { ...entryOf(provider), clientId, clientSecret: 'the secret of the client', profile: { id: 'id' }, ...provider.more },
    },
    ...(tokenStore ? { tokenStore } : {}),
    ...(userStore ? { userStore, keepTokens: 'user' as const } : {}),
    ...options,
  })
}
