import { randomBytes } from 'node:crypto'
import type { ProviderEntry } from 'authrouter'
import { startOauth1Provider, startOpenidProvider } from 'authrouter/testing'
import type { Config } from './config.js'

const idLook = {
  brand: 'Example ID',
  color: '#2563eb',
  icon: '<svg viewBox="0 0 24 24"><circle cx="12" cy="8" r="4.5"/><path d="M3.5 21a8.5 7 0 0 1 17 0z"/></svg>',
}
const hubLook = {
  brand: 'Example Hub',
  color: '#15803d',
  icon: '<svg viewBox="0 0 24 24"><path d="M12 12 5 6m7 6 7-6m-7 6v7" fill="none" stroke="currentColor" stroke-width="2"/>'
    + '<circle cx="12" cy="12" r="3.5"/><circle cx="5" cy="6" r="2.5"/><circle cx="19" cy="6" r="2.5"/><circle cx="12" cy="20" r="2.5"/></svg>',
}
const birdLook = {
  brand: 'Example Bird',
  color: '#c2410c',
  icon: '<svg viewBox="0 0 24 24"><path d="M2.5 9c1.8 2 4.2 3 7 2.9C9.6 8 12 5 15.4 5c1.9 0 3.4.9 4.1 2.5L22.5 9l-2.6 1.5'
    + 'C19.7 15.9 15.9 20 10 20c-3.2 0-6-.9-8-2.7 2.3.1 4.3-.4 5.9-1.7C4.8 15 2.9 12.6 2.5 9z"/></svg>',
}

/** The identity providers of the example, as the application knows them: plain values that fit into an environment variable. */
export interface IdentityProviders {
  /** What `authRouter` is told about them. */
  entries: Record<string, ProviderEntry>
  /** Where they are, and the people's pictures with them. */
  origins: string[]
}

/** Identity providers that run inside this process, so that nobody needs credentials or a network to try the example. */
export interface RunningIdentityProviders extends IdentityProviders {
  /** Tells them at which addresses the application is reached, as one would on a provider's developer page. */
  register: (applicationUrls: readonly string[]) => void
  close: () => Promise<void>
}

type IdentityProviderSettings = Pick<Config, 'port' | 'accessTokenLifetime'>

/**
 * Starts one identity provider for each protocol.
 * @param port of the application: the three after it are taken; 0 for any that are free
 * @param accessTokenLifetime in seconds; tokens of OAuth 1.0a have none
 */
export async function startIdentityProviders({ port, accessTokenLifetime }: IdentityProviderSettings): Promise<RunningIdentityProviders> {
  const portAfter = (step: number): number => port === 0 ? 0 : port + step
  const [id, bird, hub] = await Promise.all([
    startOpenidProvider({ port: portAfter(1), accessTokenLifetime, ...idLook }),
    startOauth1Provider({ port: portAfter(2), ...birdLook }),
    startOpenidProvider({ port: portAfter(3), accessTokenLifetime, ...hubLook }),
  ])
  const client = { clientId: 'example-app', clientSecret: randomBytes(32).toString('base64url') }

  return {
    entries: {
      openid: {
        ...buttonOf(idLook),
        ...client,
        protocol: 'oidc',
        issuer: id.issuer,
        apiBaseUrl: id.apiBaseUrl,
        scope: ['openid', 'profile', 'email', 'projects'],
        // For a refresh token, so that access outlives the access token. The other provider gives one unasked.
        offline: true,
      },
      oauth2: {
        ...buttonOf(hubLook),
        ...client,
        protocol: 'oauth2',
        authorizationEndpoint: hub.authorizationEndpoint,
        tokenEndpoint: hub.tokenEndpoint,
        userinfoEndpoint: `${hub.apiBaseUrl}me`,
        apiBaseUrl: hub.apiBaseUrl,
        scope: ['profile', 'email', 'projects'],
        profile: {
          id: 'id',
          username: 'login',
          name: 'display_name',
          email: 'contact.email',
          emailVerified: 'contact.verified',
          picture: 'avatar_url',
          profileUrl: 'html_url',
        },
      },
      oauth1: {
        ...buttonOf(birdLook),
        ...client,
        protocol: 'oauth1',
        requestTokenEndpoint: bird.requestTokenEndpoint,
        authorizationEndpoint: bird.authorizationEndpoint,
        accessTokenEndpoint: bird.accessTokenEndpoint,
        userinfoEndpoint: bird.userinfoEndpoint,
        apiBaseUrl: bird.apiBaseUrl,
        profile: { id: 'id', username: 'screen_name', name: 'name', email: 'email', picture: 'profile_image_url' },
      },
    },
    origins: [id.issuer, bird.origin, hub.issuer],
    register(applicationUrls) {
      const clientName = 'The example application'
      id.registerClient({ ...client, clientName, redirectUris: applicationUrls.map((url) => `${url}/auth/openid/callback`) })
      hub.registerClient({ ...client, clientName, redirectUris: applicationUrls.map((url) => `${url}/auth/oauth2/callback`) })
      bird.registerClient({ ...client, name: clientName })
    },
    async close() {
      await Promise.all([id.close(), bird.close(), hub.close()])
    },
  }
}

function buttonOf({ brand, color, icon }: typeof idLook): ProviderEntry {
  return { title: brand, color, icon }
}
