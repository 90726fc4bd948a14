import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientMetadata, Configuration, InteractionResults, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { signingKeys } from '../../testing/openidConfiguration.js'
import { loadOidcProvider } from '../../testing/openidProvider.js'
import type { Context } from '../../testing/openidScreens.js'
import { openidStore } from '../../testing/openidStore.js'
import { findPerson } from '../../testing/people.js'

/** What a strict provider was asked, and how it answered; parameters as they came in query or form. */
export interface StrictRequest {
  method: string
  path: string
  status: number
  query: Record<string, string | string[] | undefined>
  form: Record<string, string | string[] | undefined>
  headers: Context['headers']
  /** Parsed, where it was JSON. */
  answer: unknown
}

/** Options of `startStrictProvider`. */
export interface StrictOptions {
  /** Features of oidc-provider, over those that are on anyway. */
  features?: NonNullable<Configuration['features']>
  /** The rest of its configuration. */
  configuration?: Omit<Configuration, 'features'>
  /** What the user's login says of itself, such as `acr`. */
  login?: Partial<NonNullable<InteractionResults['login']>>
}

/** What an entry says of a client that signs. */
export interface SigningClient {
  clientId: string
  privateKey: string
  keyId: string
}

/** A running `oidc-provider` that takes nothing but what the strictest profiles do. */
export interface StrictProvider {
  issuer: string
  requests: StrictRequest[]
  /** The server itself, to look tokens up in. */
  provider: Provider
  /** Calls of one path. */
  calls: (path: string) => StrictRequest[]
  /** Registers a client that authenticates and signs its requests by a key of its own; `metadata` as in RFC 7591. */
  register: (redirectUri: string, metadata?: Partial<ClientMetadata>) => SigningClient
  close: () => Promise<void>
}

/**
 * Starts `oidc-provider` on loopback with pushed and signed authorization requests required, JWT responses, resource indicators, rich
 * authorization requests, the `claims` parameter, and refresh tokens that rotate. Ada is signed in without a screen, and consents.
 */
export async function startStrictProvider({ features, configuration, login }: StrictOptions = {}): Promise<StrictProvider> {
  const { Provider } = await loadOidcProvider()
  const clients = new Map<string, ClientMetadata>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const provider = new Provider(issuer, {
    adapter: openidStore(clients),
    jwks: { keys: await signingKeys() },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'read', 'write'],
    claims: { acr: null, auth_time: null, profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    clientBasedCORS: () => false,
    clientAuthMethods: ['private_key_jwt'],
    cookies: { keys: ['a key of the tests'] },
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600, RefreshToken: 3600 },
    renderError: (ctx, out) => {
      ctx.body = out
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ...configuration,
    // The types tell each combination of features apart, which is not for a table that callers extend.
    features: { ...strictFeatures, ...features } as NonNullable<Configuration['features']>,
  })
  const requests: StrictRequest[] = []
  provider.use(recordIn(requests))
  provider.use(consentAtOnce(provider, login))
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))
  return {
    issuer,
    requests,
    provider,
    calls: (path) => requests.filter((request) => request.path === path),
    register: (redirectUri, metadata = {}) => {
      const client = signingClient(redirectUri, `strict-${String(clients.size)}`)
      clients.set(client.entry.clientId, { ...client.metadata, ...metadata })
      return client.entry
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

const strictFeatures = {
  devInteractions: { enabled: false },
  claimsParameter: { enabled: true },
  jwtResponseModes: { enabled: true },
  pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
  requestObjects: { enabled: true, requireSignedRequestObject: true },
  resourceIndicators: {
    enabled: true,
    getResourceServerInfo: () => ({ scope: 'read write', accessTokenFormat: 'opaque' as const }),
    useGrantedResource: () => true,
  },
  richAuthorizationRequests: {
    enabled: true,
    types: { payment: { validate: () => undefined } },
    authorizationDetailsForGrantSource: ({ oidc }: KoaContextWithOIDC) => oidc.entities.Grant?.rar ?? [],
    authorizationDetailsForAccessToken: ({ oidc }: KoaContextWithOIDC) => oidc.entities.Grant?.rar ?? [],
    authorizationDetailsForIntrospection: (_ctx: unknown, token: { rar?: unknown[] }) => token.rar ?? [],
  },
  introspection: { enabled: true, allowedPolicy: () => true },
  revocation: { enabled: true, allowedPolicy: () => true },
}

function signingClient(redirectUri: string, clientId: string): { entry: SigningClient; metadata: ClientMetadata } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    entry: { clientId, keyId: 'key-1', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    metadata: {
      client_id: clientId,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      request_object_signing_alg: 'ES256',
      authorization_details_types: ['payment'],
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig' }] },
    },
  }
}

function claimsOf(id: string): { sub: string } {
  const { name, username, email, emailVerified } = findPerson(id) ?? {}
  return { sub: id, ...{ name, preferred_username: username, email, email_verified: emailVerified } }
}

type Next = () => Promise<void>
type Parameters = StrictRequest['query']

function recordIn(requests: StrictRequest[]) {
  return async (ctx: Context & { oidc?: { body?: Parameters } }, next: Next): Promise<void> => {
    await next()
    const { method, path, status, query, headers, body: answer } = ctx
    requests.push({ method, path, status, query: { ...query }, form: { ...ctx.oidc?.body }, headers, answer })
  }
}

/** Signs Ada in and grants all that is asked for: scopes, claims, resources and authorization details. */
function consentAtOnce(provider: Provider, login: StrictOptions['login']) {
  return async (ctx: Context, next: Next): Promise<void> => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res)
    const { client_id: clientId, scope = '', resource, authorization_details: details } = params
    const grant = new provider.Grant({ accountId: 'ada-id', clientId: String(clientId) })
    grant.addOIDCScope(String(scope))
    grant.addOIDCClaims((prompt.details['missingOIDCClaims'] ?? []) as string[])
    for (const indicator of [resource].flat()) if (typeof indicator === 'string') grant.addResourceScope(indicator, String(scope))
    if (typeof details === 'string') for (const detail of JSON.parse(details) as never[]) grant.addRar(detail)
    const result: InteractionResults = { login: { accountId: 'ada-id', ...login }, consent: { grantId: await grant.save() } }
    ctx.status = 303
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
  }
}
