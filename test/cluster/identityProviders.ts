import { startOauth1Provider, startOpenidProvider } from '../../testing/index.js'
import { startTokenGate, type TokenGate } from './gate.js'

/** Seconds that the first access token of the slug `short` lasts. */
export const shortLifetime = 1

/** Who signs in with which slug: nobody is asked, so that logins need no forms. */
export const people = { openid: 'Ada', oauth2: 'Grace', oauth1: 'Linus', short: 'Ada' } as const

export type Slug = keyof typeof people

/** One set of identity providers for all processes of the example application. */
export interface SharedProviders {
  /** For `IDENTITY_PROVIDERS`. */
  setting: string
  /** The token endpoint of `oauth2`. */
  gate: TokenGate
  /** The token endpoint of `short`. */
  shortGate: TokenGate
  register: (applicationUrl: string) => void
  /** Takes the provider of `oauth1` away. */
  closeOauth1: () => Promise<void>
  close: () => Promise<void>
}

export async function startSharedProviders(): Promise<SharedProviders> {
  const [openid, hub, short, bird] = await Promise.all([
    startOpenidProvider({ signInAs: 'ada-id' }),
    startOpenidProvider({ signInAs: 'grace-id' }),
    startOpenidProvider({ signInAs: 'ada-id', rotateRefreshTokens: true }),
    startOauth1Provider({ signInAs: 'linus-id' }),
  ])
  const [gate, shortGate] = await Promise.all([startTokenGate(hub.tokenEndpoint), startTokenGate(short.tokenEndpoint, shortLifetime)])
  const client = { clientId: 'cluster', clientSecret: 'a client secret of the cluster tests' }

  const oauth2 = (provider: typeof hub, { url: tokenEndpoint }: TokenGate) => ({
    ...client,
    protocol: 'oauth2',
    authorizationEndpoint: provider.authorizationEndpoint,
    tokenEndpoint,
    userinfoEndpoint: `${provider.apiBaseUrl}me`,
    apiBaseUrl: provider.apiBaseUrl,
    scope: ['profile', 'email', 'projects'],
    profile: { id: 'id', username: 'login', name: 'display_name', email: 'contact.email' },
  })
  const entries: Record<Slug, object> = {
    openid: {
      ...client,
      protocol: 'oidc',
      issuer: openid.issuer,
      apiBaseUrl: openid.apiBaseUrl,
      scope: ['openid', 'profile', 'email', 'projects'],
    },
    oauth2: oauth2(hub, gate),
    short: oauth2(short, shortGate),
    oauth1: {
      ...client,
      protocol: 'oauth1',
      requestTokenEndpoint: bird.requestTokenEndpoint,
      authorizationEndpoint: bird.authorizationEndpoint,
      accessTokenEndpoint: bird.accessTokenEndpoint,
      userinfoEndpoint: bird.userinfoEndpoint,
      apiBaseUrl: bird.apiBaseUrl,
      profile: { id: 'id', username: 'screen_name', name: 'name', email: 'email' },
    },
  }
  bird.registerClient(client)
  let closing: Promise<void> | undefined
  const closeOauth1 = (): Promise<void> => (closing ??= bird.close())

  return {
    setting: JSON.stringify({
      entries: { ...entries, openid2: { identifier: 'http://127.0.0.1:1/' } },
      origins: [openid.issuer, hub.issuer, short.issuer, bird.origin],
    }),
    gate,
    shortGate,
    register(applicationUrl) {
      const redirectUris = (slug: Slug): string[] => [`${applicationUrl}/auth/${slug}/callback`]
      openid.registerClient({ ...client, redirectUris: redirectUris('openid') })
      hub.registerClient({ ...client, redirectUris: redirectUris('oauth2') })
      short.registerClient({ ...client, redirectUris: redirectUris('short') })
    },
    closeOauth1,
    async close() {
      await Promise.all([closeOauth1(), ...[gate, shortGate, openid, hub, short].map((server) => server.close())])
    },
  }
}
