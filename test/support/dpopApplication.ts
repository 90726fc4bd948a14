import { inspect } from 'node:util'
import { authRouter, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { testSecret } from './application.js'
import type { DpopProvider } from './dpopProvider.js'
import { hosts, listen, sendJson, type AppParts } from './hosts.js'

/** An application that signs in at a provider of bound tokens: `corp` by OpenID Connect, `plain` by OAuth 2.0. */
export interface DpopApplication {
  url: string
  auth: AuthRouter
  /** What it logged, and what its objects look like in a log. */
  written: string[]
  /** Begins anew, as another process would: what the browser and the stores have is all that is left. */
  restart: () => Promise<void>
  close: () => Promise<void>
}

export interface DpopApplicationParts {
  options?: () => Partial<AuthRouterOptions>
  before?: () => NonNullable<AppParts['before']>
  /** More of both entries. */
  entry?: ProviderEntry
  /** More of the client at the provider, in the names of RFC 7591. */
  metadata?: Record<string, unknown>
}

let clients = 0

export async function startDpopApplication(
  provider: DpopProvider,
  { options = () => ({}), before = () => [], entry = {}, metadata = {} }: DpopApplicationParts = {},
): Promise<DpopApplication> {
  let handle: Parameters<typeof listen>[0] = () => undefined
  const { url, close } = await listen((req, res) => {
    handle(req, res)
  })
  const clientId = `bound-${String(clients++)}`
  const isPublic = entry['clientAuth'] === 'none'
  const clientSecret = 'the secret of a client with bound tokens'
  provider.registerClient({
    client_id: clientId,
    ...(isPublic ? { token_endpoint_auth_method: 'none' } : { client_secret: clientSecret }),
    redirect_uris: [`${url}/auth/corp/callback`, `${url}/auth/plain/callback`],
    ...metadata,
  })
  const written: string[] = []
  const write = (...told: unknown[]): void => void written.push(told.map((value) => inspect(value, { depth: 9 })).join(' '))
  const common = (): ProviderEntry => ({
    clientId,
    ...(isPublic ? {} : { clientSecret }),
    dpop: true,
    offline: true,
    apiBaseUrl: provider.api.baseUrl,
    ...entry,
  })
  const providers = (): Record<string, ProviderEntry> => ({
    corp: { protocol: 'oidc', issuer: provider.issuer, ...common() },
    plain: {
      protocol: 'oauth2',
      authorizationEndpoint: provider.authorizationEndpoint,
      tokenEndpoint: provider.tokenEndpoint,
      revocationEndpoint: `${provider.issuer}/revoke`,
      userinfoEndpoint: `${provider.api.baseUrl}me`,
      scope: ['profile', 'email'],
      profile: { id: 'subject', name: 'subject' },
      ...common(),
    },
  })
  const begin = (): AuthRouter => {
    const router = authRouter({
      secret: testSecret,
      baseUrl: url,
      logger: { debug: write, info: write, warn: write, error: write },
      providers: providers(),
      ...options(),
    })
    handle = hosts['Express 5']({
      before: before(),
      router,
      handlers: {
        '/me': (req, res) => {
          sendJson(res, { user: req.authUser, credentials: req.oauthClient.credentials })
        },
        '/things': async (req, res) => {
          const { oauthClient } = req
          const { status, data } = await oauthClient.get('things', { query: { page: 2 } })
          write(oauthClient, oauthClient.credentials, { ...oauthClient }, { ...oauthClient.credentials }, req.authUser, req.auth)
          sendJson(res, { status, data, tokenType: oauthClient.credentials.tokenType })
        },
        '/force': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendJson(res, {})
        },
        '/both': async (req, res) => {
          const answers = await Promise.all(Object.values(req.oauthClients).map((client) => client.get('things')))
          sendJson(
            res,
            answers.map(({ status }) => status),
          )
        },
        '/seal': (req, res) => {
          sendJson(res, { sealed: req.oauthClient.credentials.seal() })
        },
      },
    })
    return router
  }
  const app: DpopApplication = {
    url,
    written,
    auth: begin(),
    async restart() {
      await app.auth.close()
      app.auth = begin()
    },
    async close() {
      await app.auth.close()
      await close()
    },
  }
  return app
}
