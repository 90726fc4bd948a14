import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientMetadata } from 'oidc-provider'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from './application.js'
import { createBrowser, type Browser } from './browser.js'
import type { GrantServer } from './grantServer.js'
import { hosts, listen, type AppHandler } from './hosts.js'

/** An application that signs in with `corp` at a `GrantServer`. */
export interface GrantApplication {
  url: string
  router: AuthRouter
  /** What the router was made of, for another process of the same application. */
  config: AuthRouterOptions
  /** A browser in which Ada is signed in. */
  signedIn: () => Promise<Browser>
  close: () => Promise<void>
}

export interface GrantApplicationParts {
  options?: Partial<AuthRouterOptions>
  /** Beside issuer, client and API. */
  entry?: Record<string, unknown>
  /** What the server knows of the client beside id, secret and redirect URI. */
  client?: Partial<ClientMetadata>
  handlers: Record<string, AppHandler>
}

let applications = 0

export async function startGrantApplication(
  server: GrantServer,
  { options = {}, entry = {}, client = {}, handlers }: GrantApplicationParts,
): Promise<GrantApplication> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const clientId = `application-${String(applications++)}`
  const clientSecret = 'secret of the application'
  const isPublic = client.token_endpoint_auth_method === 'none'
  server.addClient({
    client_id: clientId,
    ...(isPublic || client.token_endpoint_auth_method === 'private_key_jwt' ? {} : { client_secret: clientSecret }),
    redirect_uris: [`${url}/auth/corp/callback`],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    ...client,
  })
  const config = {
    secret: testSecret,
    baseUrl: url,
    logger: false,
    providers: {
      corp: {
        protocol: 'oidc',
        issuer: server.issuer,
        apiBaseUrl: server.apiBaseUrl,
        scope: ['openid', 'offline_access', 'read', 'write'],
        authorizationParams: { prompt: 'consent' },
        clientId,
        ...(isPublic || entry['privateKey'] !== undefined ? {} : { clientSecret }),
        ...entry,
      },
    },
    ...options,
  } as AuthRouterOptions
  const router = authRouter(config)
  app = hosts['Express 5']({ router, handlers })
  return {
    url,
    router,
    config,
    async signedIn() {
      const browser = createBrowser()
      await browser.go(`${url}/auth/corp`, { follow: (target) => target !== `${url}/` })
      return browser
    },
    async close() {
      await router.close()
      await close()
    },
  }
}
