import { createServer } from 'node:http'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import { openidConfiguration, signingKeys } from '../../testing/openidConfiguration.js'
import { openidInteraction } from '../../testing/openidInteraction.js'
import { consentForOfflineAccess } from '../../testing/openidMiddleware.js'
import { loadOidcProvider } from '../../testing/openidProvider.js'
import { findPerson } from '../../testing/people.js'
import { startDpopApi, type DpopApi } from './dpopApi.js'

/** A request for tokens, or with one, as the provider saw it. */
export interface DpopCall {
  path: string
  grant: string
  status: number
  error: string
  proof: string | undefined
}

export interface DpopProvider {
  issuer: string
  tokenEndpoint: string
  authorizationEndpoint: string
  /** The resource server beside it, on an origin of its own. */
  api: DpopApi
  calls: DpopCall[]
  /** Whether proofs need a nonce here, and at the API; they do. */
  wantNonces: (are: boolean) => void
  /** Changes the answers of the token endpoint, until it is told otherwise. */
  changeAnswers: (change: ((body: Record<string, unknown>) => void) | undefined) => void
  registerClient: (metadata: ClientMetadata) => void
  close: () => Promise<void>
}

/**
 * `oidc-provider` that gives tokens bound to keys (RFC 9449) to clients that say `dpop_bound_access_tokens`, wants its own nonce in every
 * proof, and signs in Ada without asking; and an API that checks proofs.
 */
export async function startDpopProvider(
  more: NonNullable<Configuration['features']> = {},
  { accessTokenLifetime = 3600 } = {},
): Promise<DpopProvider> {
  const { Provider, interactionPolicy } = await loadOidcProvider()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const clients = new Map<string, ClientMetadata>()
  const look = { brand: 'Bound ID', color: '#000000' }
  const configuration = openidConfiguration({
    issuer,
    clients,
    look,
    keys: await signingKeys(),
    accessTokenLifetime,
    rotateRefreshTokens: true,
    policy: interactionPolicy,
  })
  const provider = new Provider(issuer, {
    ...configuration,
    ttl: { ...configuration.ttl, ClientCredentials: 600 },
    features: {
      ...configuration.features,
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => wanted },
      clientCredentials: { enabled: true },
      ...more,
    } as NonNullable<Configuration['features']>,
  })
  let wanted = true
  let change: ((body: Record<string, unknown>) => void) | undefined
  const api = await startDpopApi(async (value) => {
    const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
    return token && { jkt: token.jkt, subject: 'accountId' in token ? token.accountId : token.clientId }
  })
  const calls: DpopCall[] = []
  provider.use(async (ctx, next) => {
    await next()
    const body = ctx.body as Record<string, unknown> | undefined
    if (ctx.path === '/token' && ctx.status === 200 && body) change?.(body)
    const form = (ctx as { oidc?: { body?: Record<string, string> } }).oidc?.body
    if (ctx.method === 'POST' || ctx.path === '/userinfo') {
      const { path, status } = ctx
      calls.push({
        path,
        status,
        grant: form?.['grant_type'] ?? '',
        error: typeof body?.['error'] === 'string' ? body['error'] : '',
        proof: ctx.get('dpop') || undefined,
      })
    }
  })
  provider.use(consentForOfflineAccess)
  provider.use(openidInteraction(provider, look, findPerson('ada-id')))
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))
  return {
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    api,
    calls,
    wantNonces: (are) => {
      wanted = are
      api.wantNonce(are)
    },
    changeAnswers: (next) => {
      change = next
    },
    registerClient: (metadata) =>
      void clients.set(metadata.client_id, {
        dpop_bound_access_tokens: true,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        ...metadata,
      }),
    async close() {
      server.close()
      server.closeAllConnections()
      await api.close()
    },
  }
}
