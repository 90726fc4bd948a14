import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { testSecret } from './application.js'
import { hosts, listen, sendJson, type AppParts } from './hosts.js'
import type { SigningClient, StrictProvider } from './strictProvider.js'

/** A running application with one entry, `corp`, at a strict provider. */
export interface StrictApplication {
  url: string
  client: SigningClient
  router: AuthRouter
  close: () => Promise<void>
}

interface Serving {
  /** More of the entry; `undefined` takes an option out. */
  entry?: () => Record<string, unknown>
  /** More of the client at the provider, which may depend on where the application is. */
  metadata?: Record<string, unknown> | ((url: string) => Record<string, unknown>)
  options?: Partial<AuthRouterOptions>
  handlers?: NonNullable<AppParts['handlers']>
}

/** Starts an application that signs in with a strict provider by issuer, client id and key, unless told otherwise. */
export async function startStrictApplication(
  provider: StrictProvider,
  { entry = () => ({}), metadata = {}, options = {}, handlers = {} }: Serving = {},
): Promise<StrictApplication> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const client = provider.register(`${url}/auth/corp/callback`, typeof metadata === 'function' ? metadata(url) : metadata)
  const corp: ProviderEntry = { protocol: 'oidc', issuer: provider.issuer, apiBaseUrl: `${provider.issuer}/`, ...client }
  const router = authRouter({
    secret: testSecret,
    baseUrl: url,
    logger: false,
    providers: { corp: { ...corp, ...entry() } },
    ...options,
  })
  app = hosts['Express 5']({
    router,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser)
      },
      ...handlers,
    },
  })
  return {
    url,
    client,
    router,
    close: async () => {
      await router.close()
      await close()
    },
  }
}
