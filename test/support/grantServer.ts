import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import type { ClientMetadata, Configuration, Provider } from 'oidc-provider'
import { openidStore } from '../../testing/openidStore.js'
import { registerAssertionGrants, type Assertions } from './grantServerGrants.js'

/** What the token endpoint was asked. */
export interface TokenCall {
  form: URLSearchParams
  authorization: string | undefined
  status: number
}

/** What the API says of the token that came with a request. */
export interface Echo {
  kind: string
  audience: string | undefined
  scope: string | undefined
  subject: string | undefined
  client: string
}

/** The certified server `oidc-provider`, configured strictly, with an API that tells what a token is for. */
export interface GrantServer {
  issuer: string
  /** Relative to this, `echo` answers what `Echo` says. */
  apiBaseUrl: string
  tokenCalls: TokenCall[]
  /** What the grants by assertion saw, and whom they trust. */
  assertions: Assertions
  addClient: (client: ClientMetadata) => void
  /** Seconds that access tokens live from now on. */
  accessTokenLifetime: number
  /** Grants that were revoked, such as for a refresh token that came twice. */
  revokedGrants: () => number
  close: () => Promise<void>
}

export const resources = ['https://files.example/', 'https://mail.example/'] as const

/** Starts it on a free port; whoever signs in is Ada, who grants what is asked for. */
export async function startGrantServer(): Promise<GrantServer> {
  const { default: OidcProvider, errors } = await quietly(() => import('oidc-provider'))
  const clients = new Map<string, ClientMetadata>()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  let revoked = 0

  const settings: Configuration = {
    adapter: openidStore(clients),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['keys of the tests'] },
    scopes: ['openid', 'offline_access', 'read', 'write'],
    claims: { profile: ['name'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Name of ${id}` }) }),
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: () => grantServer.accessTokenLifetime,
      ClientCredentials: () => grantServer.accessTokenLifetime,
      RefreshToken: 86_400,
      Interaction: 600,
      Session: 86_400,
      Grant: 86_400,
      IdToken: 3600,
      DeviceCode: 600,
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx, form) => void (ctx.body = form),
        userCodeConfirmSource: (ctx, form) => void (ctx.body = form),
        successSource: (ctx) => void (ctx.body = 'done'),
      },
      resourceIndicators: {
        enabled: true,
        // Who asks for none at sign-in may ask for each of them later (RFC 8707 section 2.2), and for one at a time.
        defaultResource: (ctx, _client, oneOf) => (oneOf || ctx.path !== '/auth' ? [] : [...resources]) as never,
        useGrantedResource: () => false,
        getResourceServerInfo: (_ctx, resource) => {
          if (!(resources as readonly string[]).includes(resource)) throw new errors.InvalidTarget()
          return { scope: 'read write', audience: resource, accessTokenFormat: 'opaque', accessTokenTTL: grantServer.accessTokenLifetime }
        },
      },
    },
  }
  const provider = new OidcProvider(issuer, settings)
  provider.on('grant.revoked', () => {
    revoked++
  })
  const tokenCalls: TokenCall[] = []
  const assertions = registerAssertionGrants(provider, issuer)
  addRoutes(provider, tokenCalls)
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))

  const grantServer: GrantServer = {
    issuer,
    apiBaseUrl: `${issuer}/api/`,
    tokenCalls,
    assertions,
    addClient: (client) => void clients.set(client.client_id, client),
    accessTokenLifetime: 3600,
    revokedGrants: () => revoked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return grantServer
}

function addRoutes(provider: Provider, tokenCalls: TokenCall[]): void {
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/interaction/')) await consentToAll(provider, ctx)
    else if (ctx.path === '/api/echo') await echo(provider, ctx)
    else await next()
    // The server says nothing of how often it wants to be asked, which means five seconds.
    if (ctx.path === '/device/auth' && ctx.status === 200) Object.assign(ctx.body as object, { interval: 0.05 })
    if (ctx.path !== '/token') return
    const { params = {} } = (ctx as { oidc?: { params?: Record<string, unknown> } }).oidc ?? {}
    const pairs = Object.entries(params).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, String(item)]))
    const form = new URLSearchParams(pairs.filter(([, value]) => value !== 'undefined'))
    tokenCalls.push({ form, authorization: ctx.get('authorization') || undefined, status: ctx.status })
  })
}

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

/** Signs in as Ada, and grants what was asked for. */
async function consentToAll(provider: Provider, ctx: Context): Promise<void> {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res)
  const grant = new provider.Grant({ accountId: 'ada', clientId: String(params['client_id']) })
  grant.addOIDCScope(String(params['scope']))
  for (const resource of resources) grant.addResourceScope(resource, 'read write')
  const result = { login: { accountId: 'ada' }, consent: { grantId: await grant.save() } }
  ctx.status = 303
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
}

async function echo(provider: Provider, ctx: Context): Promise<void> {
  const [, scheme, value = ''] = /^(Bearer|DPoP) (\S+)$/.exec(ctx.get('authorization')) ?? []
  const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
  // The proof itself is not looked at here.
  if (token?.isSenderConstrained() !== (scheme === 'DPoP' && ctx.get('dpop') !== '')) {
    ctx.status = 401
    ctx.body = { error: 'invalid_token' }
    return
  }
  const told: Echo = {
    kind: token.kind,
    audience: token.aud as string | undefined,
    scope: token.scope,
    subject: 'accountId' in token ? token.accountId : undefined,
    client: token.clientId ?? '',
  }
  ctx.body = told
}

async function quietly<Value>(load: () => Promise<Value>): Promise<Value> {
  const { warn, info } = console
  Object.assign(console, { warn: () => undefined, info: () => undefined })
  try {
    return await load()
  } finally {
    Object.assign(console, { warn, info })
  }
}
