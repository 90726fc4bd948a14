import { hosts, sendJson, type AppHandler, type AppParts } from '../hosts.js'
import { startSite, type Site } from '../site.js'
import { cas } from '../../../lib/protocols/cas/cas.js'
import type { AuthRouterOptions, ProviderEntry } from '../../../middleware/index.js'
import type { CasServer } from './server.js'

/** An entry of a CAS server, as the guide has it. */
export function casEntry({ options }: CasServer, more: ProviderEntry = {}): ProviderEntry {
  return { protocol: cas(), ...options, title: 'School', ...more }
}

/** An application whose users sign in by protocols of its own. */
export function startOwnSite(
  options: Omit<AuthRouterOptions, 'providers'> & { providers: NonNullable<AuthRouterOptions['providers']> },
  parts: Partial<AppParts> & { handlers?: Record<string, AppHandler> } = {},
): Promise<Site> {
  return startSite(
    () => options,
    (router) =>
      hosts['Express 5']({
        router,
        ...parts,
        handlers: {
          '/me': (req, res) => {
            sendJson(res, req.authUser)
          },
          ...parts.handlers,
        },
      }),
  )
}
