import type { AuthRouterOptions, ProviderEntry } from '../../middleware/index.js'
import { hosts, sendJson, type AppParts } from './hosts.js'
import { startSite, type Site } from './site.js'
import type { SigningClient, StrictProvider } from './strictProvider.js'

/** A running application with one entry, `corp`, at a strict provider. */
export interface StrictApplication extends Site {
  client: SigningClient
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
  let client: SigningClient | undefined
  const site = await startSite(
    (url) => {
      client = provider.register(`${url}/auth/corp/callback`, typeof metadata === 'function' ? metadata(url) : metadata)
      const corp: ProviderEntry = { protocol: 'oidc', issuer: provider.issuer, apiBaseUrl: `${provider.issuer}/`, ...client }
      return { providers: { corp: { ...corp, ...entry() } }, ...options }
    },
    (router) =>
      hosts['Express 5']({
        router,
        handlers: {
          '/me': (req, res) => {
            sendJson(res, req.authUser)
          },
          ...handlers,
        },
      }),
  )
  if (!client) throw new Error('The application has no client at its provider')
  return { ...site, client }
}
