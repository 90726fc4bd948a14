import type { AuthRouter, AuthRouterOptions } from '../../middleware/index.js'
import { requireLogin } from '../../middleware/index.js'
import type { OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from './application.js'
import { sendJson, type AppParts, type SignedRequest } from './hosts.js'
import { proxyKey, seconds, signedBy, type KeyServer, type ProxyKey, type Signing } from './identityProxy.js'

export const proxyHeader = 'x-proxy-jwt'
export const proxyIssuer = 'https://proxy.example/iap'
export const proxyAudience = '/projects/1/apps/shop'

/** The entry of a proxy whose keys are at a key server. */
export const proxyEntry = (server: KeyServer): Parameters<AuthRouter['register']>[1] => ({
  protocol: 'header-jwt',
  title: 'Proxy',
  header: proxyHeader,
  issuer: proxyIssuer,
  audience: proxyAudience,
  jwksUri: server.jwksUri,
  endSessionEndpoint: '/.proxy/sign_out',
})

let serial = 0

/** What a proxy says of a user: anew at each call, as proxies do that sign for each request, unless told otherwise. */
export function saysOf(sub: string, changed: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: proxyIssuer,
    aud: proxyAudience,
    sub,
    email: `${sub}@example.com`,
    name: sub,
    iat: seconds(),
    exp: seconds() + 600,
    jti: String(serial++),
    ...changed,
  }
}

export const rightKey = proxyKey('right')

/** The headers that a proxy sends along for a user. */
export function through(
  sub: string,
  changed: Record<string, unknown> = {},
  { key = rightKey, ...signing }: Signing & { key?: ProxyKey } = {},
): Record<string, string> {
  return { [proxyHeader]: signedBy(key, saysOf(sub, changed), signing) }
}

/** What a handler sees of a request. */
function seen(req: SignedRequest): unknown {
  const { authUser, auth } = req
  return {
    user: authUser?.key ?? null,
    roles: authUser?.roles,
    accounts: auth.accounts.map(({ key }) => key),
    row: (req as { user?: unknown }).user,
  }
}

/** An application behind a proxy, which also signs in with the entries of `startApplication`. */
export async function startProxiedApplication(
  openid: OpenidProvider,
  server: KeyServer,
  options: Partial<AuthRouterOptions> = {},
  parts: Partial<AppParts> = {},
): Promise<Application> {
  const application = await startApplication(openid, options, {
    ...parts,
    handlers: {
      '/seen': (req, res) => {
        sendJson(res, seen(req))
      },
      ...parts.handlers,
    },
    guarded: {
      '/any': [requireLogin(), (req, res) => sendJson(res, seen(req))],
      '/iap-only': [requireLogin('iap'), (req, res) => sendJson(res, seen(req))],
      '/corp-only': [requireLogin('corp'), (req, res) => sendJson(res, seen(req))],
      ...parts.guarded,
    },
  })
  application.router.register('iap', proxyEntry(server))
  return application
}
