import express from 'express'
import session from 'express-session'
import { authRouter, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { startOauth1Provider, startOpenidProvider } from '../../testing/index.js'
import { entriesAt, testSecret } from './application.js'
import { listen } from './hosts.js'

/** Slugs of the entries, one for each protocol. */
export const threeSlugs = ['corp', 'plain', 'old'] as const

/** Where the logins under way and the session live: in encrypted cookies, or both in express-session. */
export const twoModes: [string, () => { options: Partial<AuthRouterOptions>; before: express.RequestHandler[] }][] = [
  ['encrypted cookies', () => ({ options: {}, before: [] })],
  [
    'express-session',
    () => ({
      options: { transactions: 'session' },
      before: [session({ secret: testSecret, resave: false, saveUninitialized: false })],
    }),
  ],
]

interface Serving {
  options?: Partial<AuthRouterOptions>
  before?: express.RequestHandler[]
  /** More of each entry, and of the client at the provider, by slug. */
  more?: Readonly<Record<string, ProviderEntry>>
  build?: (app: express.Express, auth: AuthRouter) => void
  mountPath?: string
  /** Where the callbacks are registered, where it is not the address of the server that is started. */
  at?: string
}

export interface Served {
  url: string
  auth: AuthRouter
  close: () => Promise<void>
}

export interface ThreeProtocols {
  serve: (serving?: Serving) => Promise<Served>
  close: () => Promise<void>
}

/** A provider of OpenID Connect and OAuth 2.0 and one of OAuth 1.0a, real servers both, and applications that sign in with them. */
export async function startThreeProtocols(): Promise<ThreeProtocols> {
  const openid = await startOpenidProvider({ signInAs: 'ada-id' })
  const client = { clientId: 'old-client', clientSecret: 'a secret of the old kind' }
  const oauth1 = await startOauth1Provider({ signInAs: 'ada-id', clients: [client] })
  const old: ProviderEntry = {
    protocol: 'oauth1',
    requestTokenEndpoint: oauth1.requestTokenEndpoint,
    authorizationEndpoint: oauth1.authorizationEndpoint,
    accessTokenEndpoint: oauth1.accessTokenEndpoint,
    userinfoEndpoint: oauth1.userinfoEndpoint,
    apiBaseUrl: oauth1.apiBaseUrl,
    profile: { id: 'id', name: 'name' },
    ...client,
  }
  return {
    async serve({ options = {}, before = [], more = {}, build, mountPath = '/', at } = {}) {
      const app = express()
      const { url, close } = await listen((req, res) => {
        app(req, res)
      })
      const callbackOf = (slug: string): string | undefined => {
        const path = more[slug]?.['callbackPath']
        return typeof path === 'string' ? (at ?? url) + path : undefined
      }
      const providers = Object.fromEntries(
        Object.entries({ ...entriesAt(openid, url, callbackOf), old }).map(([slug, entry]) => [slug, { ...entry, ...more[slug] }]),
      )
      const auth = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers, ...options })
      for (const middleware of before) app.use(middleware)
      app.use(mountPath, auth)
      build?.(app, auth)
      app.get(['/', '/me'], (req, res) => {
        res.json(req.authUser ?? null)
      })
      return {
        url,
        auth,
        close: async () => {
          await auth.close()
          await close()
        },
      }
    },
    async close() {
      await Promise.all([openid.close(), oauth1.close()])
    },
  }
}
