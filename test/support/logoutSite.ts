import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { testSecret } from './application.js'
import { createBrowser, type Browser } from './browser.js'
import { hosts, listen, sendJson, type AppParts } from './hosts.js'
import { clientId, clientSecret, type SigningProvider } from './signingProvider.js'

/** An application whose provider may end sessions. */
export interface LogoutSite {
  url: string
  router: AuthRouter
  /** A browser in which the provider's current user is signed in. */
  signIn: (slug?: string) => Promise<Browser>
  /** Who a browser is here; `null` for nobody. */
  me: (browser: Browser) => Promise<string | null>
  /** Sends a logout token as a provider would. */
  logOut: (logoutToken: string, slug?: string) => Promise<{ status: number; body: string; headers: Headers }>
  close: () => Promise<void>
}

export function entryAt({ issuer }: SigningProvider): Record<string, unknown> {
  return {
    protocol: 'oidc',
    issuer,
    clientId,
    clientSecret,
    apiBaseUrl: `${issuer}/api/`,
    backchannelLogout: true,
    frontchannelLogout: true,
  }
}

export async function startLogoutSite(
  provider: SigningProvider,
  options: Partial<AuthRouterOptions> = {},
  parts: Partial<AppParts> = {},
): Promise<LogoutSite> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const server = await listen((req, res) => {
    app(req, res)
  })
  const { url } = server
  const router = authRouter({
    secret: testSecret,
    baseUrl: url,
    logger: false,
    tokenStore: memoryTokenStore(),
    providers: { corp: entryAt(provider) },
    ...options,
  })
  app = hosts['Express 5']({
    router,
    ...parts,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser?.id ?? null)
      },
      '/api': async (req, res) => {
        sendJson(
          res,
          (await req.oauthClient.get('things').catch((error: unknown) => ({ status: (error as { code: string }).code }))).status,
        )
      },
      ...parts.handlers,
    },
  })
  return {
    url,
    router,
    async signIn(slug = 'corp') {
      const browser = createBrowser()
      await browser.go(`${url}/auth/${slug}`)
      return browser
    },
    me: async (browser) => (await browser.json<string | null>(`${url}/me`)).data,
    async logOut(logoutToken, slug = 'corp') {
      const answer = await fetch(`${url}/auth/${slug}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: logoutToken }),
      })
      return { status: answer.status, body: await answer.text(), headers: answer.headers }
    },
    async close() {
      await router.close()
      await server.close()
    },
  }
}
