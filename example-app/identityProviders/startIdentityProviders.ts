import { randomBytes } from 'node:crypto'
import type { ProviderEntry } from 'authrouter'
import { startOauth1Provider, startOpenid2Provider, startOpenidProvider } from 'authrouter/testing'
import type { RunningIdentityProviders } from './identityProviders.js'
import { birdLook, hubLook, idLook, townLook } from './looks.js'

/** Where identity providers listen, and how long their access tokens last. */
export interface IdentityProviderSettings {
  port: number
  accessTokenLifetime: number
}

/**
 * Starts one identity provider for each protocol inside this process, so that nobody needs credentials or a network to try the example.
 * @param port of the application: the four after it are taken; 0 for any that are free
 * @param accessTokenLifetime in seconds; tokens of OAuth 1.0a have none
 */
export async function startIdentityProviders({ port, accessTokenLifetime }: IdentityProviderSettings): Promise<RunningIdentityProviders> {
  const portAfter = (step: number): number => (port === 0 ? 0 : port + step)
  const [id, bird, hub, town] = await Promise.all([
    startOpenidProvider({ port: portAfter(1), accessTokenLifetime, ...idLook }),
    startOauth1Provider({ port: portAfter(2), ...birdLook }),
    startOpenidProvider({ port: portAfter(3), accessTokenLifetime, ...hubLook }),
    startOpenid2Provider({ port: portAfter(4), brand: townLook.brand, color: townLook.color }),
  ])
  const client = { clientId: 'example-app', clientSecret: randomBytes(32).toString('base64url') }

  return {
    entries: {
      openid: {
        ...buttonOf(idLook),
        ...client,
        issuer: id.issuer,
        apiBaseUrl: id.apiBaseUrl,
      },
      oauth2: {
        ...buttonOf(hubLook),
        ...client,
        authorizationEndpoint: hub.authorizationEndpoint,
        tokenEndpoint: hub.tokenEndpoint,
        userinfoEndpoint: `${hub.apiBaseUrl}me`,
        apiBaseUrl: hub.apiBaseUrl,
      },
      oauth1: {
        ...buttonOf(birdLook),
        ...client,
        requestTokenEndpoint: bird.requestTokenEndpoint,
        authorizationEndpoint: bird.authorizationEndpoint,
        accessTokenEndpoint: bird.accessTokenEndpoint,
        userinfoEndpoint: bird.userinfoEndpoint,
        apiBaseUrl: bird.apiBaseUrl,
      },
      openid2: {
        ...buttonOf(townLook),
        identifier: town.identifier,
      },
    },
    origins: [id.issuer, bird.origin, hub.issuer, town.origin],
    register(applicationUrls) {
      const clientName = 'The example application'
      id.registerClient({ ...client, clientName, redirectUris: applicationUrls.map((url) => `${url}/auth/openid/callback`) })
      hub.registerClient({ ...client, clientName, redirectUris: applicationUrls.map((url) => `${url}/auth/oauth2/callback`) })
      bird.registerClient({ ...client, name: clientName })
    },
    async close() {
      await Promise.all([id.close(), bird.close(), hub.close(), town.close()])
    },
  }
}

function buttonOf({ brand, color, icon }: typeof idLook): ProviderEntry {
  return { title: brand, color, icon }
}
