import { createHttp, defaultMaxBytes } from '../../lib/http/http.js'
import { createRefresher, type ClientContext } from '../../lib/refresh/refresher.js'
import type { ResolvedProvider } from '../../lib/types.js'

/** A context of an invented provider, with the parts that a test cares for. It is patient: the machine may be slow. */
export function contextFor({
  provider,
  outbound: limits,
  ...parts
}: Partial<Omit<ClientContext, 'provider' | 'outbound'>> & {
  provider?: Partial<ResolvedProvider>
  outbound?: Partial<ClientContext['outbound']>
} = {}): ClientContext {
  const outbound = { timeout: 60_000, maxBytes: defaultMaxBytes, ...limits }
  return {
    slug: 'invented',
    redirectUri: 'https://app.example/auth/invented/callback',
    baseUrl: 'https://app.example',
    client: { clientId: 'the-client', clientSecret: 'the-secret' },
    ...createHttp(outbound),
    outbound,
    claimOnce: () => Promise.resolve(true),
    now: () => Date.now(),
    refresher: createRefresher(parts.now),
    ...parts,
    provider: {
      protocol: 'oauth2',
      title: 'Invented',
      scope: ['profile'],
      authorizationEndpoint: 'https://id.example/authorize',
      tokenEndpoint: 'https://id.example/token',
      apiBaseUrl: 'https://api.example/v1/',
      profile: { id: 'id' },
      ...provider,
    },
  }
}
