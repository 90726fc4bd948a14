import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import type { OpenidProvider } from '../../testing/index.js'
import { hosts, listen, sendJson, type AppParts } from './hosts.js'

export const testSecret = 'a secret of the tests, long enough to seal'

/** A running application that signs in with `corp` (OpenID Connect) and `plain` (OAuth 2.0), both at one provider. */
export interface Application {
  url: string
  host: string
  router: AuthRouter
  /** What it signs in with, for another application of the same clients. */
  entries: ReturnType<typeof entriesAt>
  close: () => Promise<void>
}

let clients = 0

/**
 * Entries for both protocols, with clients that the provider knows.
 * @param callbackOf where the callback of a slug is registered, if not at its default address
 */
export function entriesAt(
  openid: OpenidProvider,
  url: string,
  callbackOf: (slug: string) => string | undefined = () => undefined,
): { corp: Record<string, unknown>; plain: Record<string, unknown> } {
  const register = (slug: string): { clientId: string; clientSecret: string } => {
    const client = { clientId: `app-${String(clients++)}`, clientSecret: 'canary-client-secret of the tests' }
    openid.registerClient({ ...client, redirectUris: [callbackOf(slug) ?? `${url}/auth/${slug}/callback`] })
    return client
  }
  return {
    corp: { protocol: 'oidc', title: 'Corp ID', issuer: openid.issuer, apiBaseUrl: openid.apiBaseUrl, ...register('corp') },
    plain: {
      protocol: 'oauth2',
      title: 'Plain',
      authorizationEndpoint: openid.authorizationEndpoint,
      tokenEndpoint: openid.tokenEndpoint,
      userinfoEndpoint: `${openid.apiBaseUrl}me`,
      apiBaseUrl: openid.apiBaseUrl,
      scope: ['profile', 'email', 'projects'],
      profile: { id: 'id', username: 'login', name: 'display_name', email: 'contact.email', emailVerified: 'contact.verified' },
      ...register('plain'),
    },
  }
}

export async function startApplication(
  openid: OpenidProvider,
  options: Partial<AuthRouterOptions> = {},
  parts: Partial<AppParts> = {},
): Promise<Application> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const entries = entriesAt(openid, url)
  const router = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: entries, ...options })
  app = hosts['Express 5']({
    router,
    ...parts,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser)
      },
      ...parts.handlers,
    },
  })
  return {
    url,
    host: new URL(url).host,
    router,
    entries,
    close: async () => {
      await router.close()
      await close()
    },
  }
}
