import { createServer } from 'node:http'
import type { ClientMetadata } from 'oidc-provider'
import { close, listen } from './http.js'
import { openidApi, openidPeople } from './openidApi.js'
import { openidConfiguration, routes, signingKeys } from './openidConfiguration.js'
import { openidInteraction } from './openidInteraction.js'
import { consentForOfflineAccess, logTo, showFailures } from './openidMiddleware.js'
import type { OpenidRequest } from './openidRequest.js'
import { findPerson } from './people.js'

/**
 * An application that may ask the demo provider for a login.
 *
 * `tokenEndpointAuthMethod` is `client_secret_basic` unless named otherwise, and `none` without a `clientSecret`;
 * `clientName` is shown to the person; `metadata` is whatever else RFC 7591 knows, in its names (`jwks`, `subject_type`).
 */
export interface OpenidClient {
  clientId: string
  clientSecret?: string
  clientName?: string
  redirectUris: string[]
  postLogoutRedirectUris?: string[]
  tokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none'
  metadata?: Record<string, unknown>
}

/** Options of `startOpenidProvider`, all with defaults. */
export interface OpenidProviderOptions {
  port?: number
  host?: string
  clients?: OpenidClient[]
  signInAs?: string
  brand?: string
  color?: string
  accessTokenLifetime?: number
  rotateRefreshTokens?: boolean
}

/** A demo provider that is listening. */
export interface OpenidProvider {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  userinfoEndpoint: string
  revocationEndpoint: string
  endSessionEndpoint: string
  /** Where `me` and `projects` are: protected resources for an access token of any scope. */
  apiBaseUrl: string
  /** What was asked and answered, the oldest first, without anything secret; the last 1,000. */
  requests: readonly OpenidRequest[]
  /** Adds a client, or replaces the one with the same `clientId`. */
  registerClient(client: OpenidClient): void
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

/**
 * Starts a demo provider of OpenID Connect and OAuth 2.0 on this machine: the certified server `oidc-provider` with
 * invented people.
 *
 * Scopes are `openid`, `profile`, `email`, `projects` and `offline_access`; at least one of them must be asked for. A client
 * that does not ask for `openid` gets plain OAuth 2.0, with a refresh token always; one that does gets a refresh token for
 * `offline_access`.
 *
 * @param options `port` is any free one unless given; `host` is `127.0.0.1`; `signInAs` is a person's id, who is signed in
 *   without a screen; `brand` and `color` (CSS) are the look of the screens; `accessTokenLifetime` is in seconds, 3,600
 *   unless given; `rotateRefreshTokens` gives a new refresh token with each use, `true` unless given
 * @throws Error when `oidc-provider` is not installed, `signInAs` is nobody's id, a client is not valid or the port is taken
 */
export async function startOpenidProvider(options: OpenidProviderOptions = {}): Promise<OpenidProvider> {
  const { Provider, interactionPolicy } = await loadOidcProvider()
  const signInAs = options.signInAs === undefined ? undefined : findPerson(options.signInAs)
  if (options.signInAs !== undefined && signInAs === undefined) {
    throw new Error(`signInAs: nobody has the id ${options.signInAs}`)
  }

  const clients = new Map<string, ClientMetadata>()
  const registerClient = (client: OpenidClient) => void clients.set(client.clientId, metadataOf(client))
  options.clients?.forEach(registerClient)

  const look = { brand: options.brand ?? 'Example ID', color: options.color ?? '#2563eb' }
  const requests: OpenidRequest[] = []
  // Keys take a moment to make: before listening, so that whoever connects is answered.
  const keys = await signingKeys()
  const server = createServer()
  const issuer = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  try {
    const provider = new Provider(
      issuer,
      openidConfiguration({
        issuer,
        clients,
        look,
        keys,
        accessTokenLifetime: options.accessTokenLifetime ?? 3600,
        rotateRefreshTokens: options.rotateRefreshTokens ?? true,
        policy: interactionPolicy,
      }),
    )
    // The server is a Koa application; what is added here runs before its own endpoints.
    provider.use(logTo(requests))
    provider.use(showFailures(look))
    provider.use(consentForOfflineAccess)
    provider.use(openidInteraction(provider, look, signInAs))
    provider.use(openidApi(provider, issuer))
    provider.use(openidPeople(look))
    const answer = provider.callback()
    server.on('request', (req, res) => {
      void answer(req, res)
    })
    // A client that is not valid is found when it is looked up.
    await Promise.all([...clients.keys()].map((clientId) => provider.Client.find(clientId)))
  } catch (error) {
    await close(server)
    throw error
  }

  return {
    issuer,
    authorizationEndpoint: issuer + routes.authorization,
    tokenEndpoint: issuer + routes.token,
    userinfoEndpoint: issuer + routes.userinfo,
    revocationEndpoint: issuer + routes.revocation,
    endSessionEndpoint: issuer + routes.end_session,
    apiBaseUrl: `${issuer}/api/`,
    requests,
    registerClient,
    close: () => close(server),
  }
}

let loading: Promise<typeof import('oidc-provider')> | undefined

/** Loads it without what it says to everybody on Node 20, where it works as well; it has no switch for that. */
export function loadOidcProvider(): Promise<typeof import('oidc-provider')> {
  if (loading) return loading
  const { warn } = console
  console.warn = (...told: unknown[]) => {
    if (!String(told[0]).includes('Unsupported runtime')) warn(...told)
  }
  loading = import('oidc-provider')
    .catch((cause: unknown) => {
      throw new Error('startOpenidProvider needs the package oidc-provider: npm install --save-dev oidc-provider', { cause })
    })
    .finally(() => {
      console.warn = warn
    })
  return loading
}

function metadataOf(client: OpenidClient): ClientMetadata {
  const unnamedMethod = client.clientSecret === undefined ? 'none' : 'client_secret_basic'
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris ?? [],
    token_endpoint_auth_method: client.tokenEndpointAuthMethod ?? unnamedMethod,
    grant_types: ['authorization_code', 'refresh_token'],
    ...client.metadata,
  }
}
