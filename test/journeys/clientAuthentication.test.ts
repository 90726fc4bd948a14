import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { callback, type LoginResult } from '../../lib/callback.js'
import { introspect } from '../../lib/endpoints/introspection.js'
import { revokeTokens } from '../../lib/endpoints/revocation.js'
import { login } from '../../lib/login.js'
import { standardClaims } from '../../lib/profile.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import type { CallbackParameters, Client, ClientAuthFunction, ResolvedProvider } from '../../lib/types.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { contextFor } from '../support/context.js'

/** Every way of client authentication against the certified server of `testing/`, at each endpoint that asks for it, by both protocols. */

let server: OpenidProvider
beforeAll(async () => {
  server = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await server.close()
})

const redirectUri = 'http://127.0.0.1:9/auth/corp/callback'
const secret = 'a secret: of 32 bytes at least, with % signs & spaces ~*'
const plainSecret = 'a-secret-that-needs-no-encoding-at-all'
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const byHand: ClientAuthFunction = ({ clientId, clientSecret = '', form }) => {
  form.set('client_id', clientId)
  form.set('client_secret', clientSecret)
}

interface Way {
  clientAuth: ResolvedProvider['clientAuth']
  registered: string
  client: Partial<Client>
  metadata?: Record<string, unknown>
}
const ways: [string, Way][] = [
  ['the default', { clientAuth: undefined, registered: 'client_secret_basic', client: { clientSecret: secret } }],
  ['basic', { clientAuth: 'basic', registered: 'client_secret_basic', client: { clientSecret: secret } }],
  ['basic_raw', { clientAuth: 'basic_raw', registered: 'client_secret_basic', client: { clientSecret: plainSecret } }],
  ['post', { clientAuth: 'post', registered: 'client_secret_post', client: { clientSecret: secret } }],
  ['none', { clientAuth: 'none', registered: 'none', client: {} }],
  ['client_secret_jwt', { clientAuth: 'client_secret_jwt', registered: 'client_secret_jwt', client: { clientSecret: plainSecret } }],
  [
    'private_key_jwt',
    {
      clientAuth: 'private_key_jwt',
      registered: 'private_key_jwt',
      client: { privateKey: pem },
      metadata: { jwks: { keys: [{ ...key.publicKey.export({ format: 'jwk' }) }] } },
    },
  ],
  ['a function', { clientAuth: byHand, registered: 'client_secret_post', client: { clientSecret: secret } }],
]

let clients = 0

function contextOf(protocol: 'oauth2' | 'oidc', { clientAuth, registered, client, metadata }: Way): ClientContext {
  const clientId = `way-${String(clients++)}`
  server.registerClient({
    clientId,
    redirectUris: [redirectUri],
    ...(client.clientSecret === undefined ? {} : { clientSecret: client.clientSecret }),
    metadata: { token_endpoint_auth_method: registered, ...metadata },
  })
  const provider =
    protocol === 'oidc'
      ? { issuer: server.issuer, scope: ['openid', 'offline_access'], profile: standardClaims }
      : {
          authorizationEndpoint: server.authorizationEndpoint,
          tokenEndpoint: server.tokenEndpoint,
          revocationEndpoint: server.revocationEndpoint,
          introspectionEndpoint: `${server.issuer}/introspect`,
          userinfoEndpoint: `${server.apiBaseUrl}me`,
          scope: ['profile'],
          profile: { id: 'id' },
        }
  return {
    ...contextFor({ slug: 'corp', redirectUri, client: { clientId, ...client } }),
    provider: { protocol, title: 'Corp', ...provider, ...(clientAuth === undefined ? {} : { clientAuth }) },
  }
}

async function approve(location: string): Promise<CallbackParameters> {
  const cookies = new Map<string, string>()
  let url = location
  for (let hops = 0; hops < 12 && !url.startsWith(redirectUri); hops++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const line of response.headers.getSetCookie())
      cookies.set(line.split('=')[0] ?? '', line.split(';')[0]?.split('=').slice(1).join('=') ?? '')
    url = new URL(response.headers.get('location') ?? 'nowhere', url).href
  }
  return Object.fromEntries(new URL(url).searchParams)
}

describe.each(['oauth2', 'oidc'] as const)('By %s', (protocol) => {
  test.each(ways)('%s proves the client for a login, a renewal, an introspection and a revocation', async (_name, way) => {
    const context = contextOf(protocol, way)
    const { location, transaction } = await login(context, protocol === 'oidc' ? { prompt: 'consent' } : {})
    const { user, tokens } = (await callback(context, transaction, await approve(location))) as Required<LoginResult>
    expect(user.id).toBe('ada-id')
    expect(tokens.refreshToken).toBeDefined()

    const refreshed = await context.refresher.refresh(context, { held: tokens })
    expect(refreshed.accessToken).not.toBe(tokens.accessToken)

    const facts = await introspect(context, refreshed.accessToken, { tokenTypeHint: 'access_token' })
    expect(facts).toMatchObject({
      active: true,
      clientId: context.client.clientId,
      subject: 'ada-id',
      tokenType: 'Bearer',
      issuer: server.issuer,
      expiresAt: expect.any(Number) as unknown,
    })
    expect((facts.expiresAt ?? 0) - (facts.issuedAt ?? 0)).toBe(3600)

    expect(await revokeTokens(context, refreshed)).toBe(true)
    expect(await introspect(context, refreshed.accessToken)).toEqual({ active: false, raw: { active: false } })
    expect(await introspect(context, refreshed.refreshToken ?? '')).toEqual({ active: false, raw: { active: false } })
  })

  test('a wrong secret is refused at each of them', async () => {
    const context = contextOf(protocol, { clientAuth: 'basic', registered: 'client_secret_basic', client: { clientSecret: secret } })
    const wrong: ClientContext = { ...context, client: { ...context.client, clientSecret: 'another one' } }
    const { location, transaction } = await login(wrong)
    const refused = { code: 'provider_error', providerError: 'invalid_client', provider: 'corp' }
    await expect(callback(wrong, transaction, await approve(location))).rejects.toMatchObject(refused)
    await expect(introspect(wrong, 'a')).rejects.toMatchObject({ ...refused, message: 'The provider refused to tell of the token.' })
    await expect(revokeTokens(wrong, { accessToken: 'a', tokenType: 'Bearer' })).rejects.toMatchObject({
      ...refused,
      message: 'The provider refused to revoke the access.',
    })
  })
})
