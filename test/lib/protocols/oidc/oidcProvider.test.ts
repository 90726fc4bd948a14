import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { callback, type LoginResult } from '../../../../lib/callback.js'
import { createApiClient } from '../../../../lib/client/apiClient.js'
import { createCredentials } from '../../../../lib/client/credentials.js'
import { login } from '../../../../lib/login.js'
import { standardClaims } from '../../../../lib/profile.js'
import { createRefresher, type ClientContext } from '../../../../lib/refresh/refresher.js'
import type { CallbackParameters, Client, LoginOptions, ResolvedProvider, Tokens, Transaction } from '../../../../lib/types.js'
import { startOpenidProvider, type OpenidClient, type OpenidProvider } from '../../../../testing/index.js'
import { contextFor } from '../../../support/context.js'

/** The certified server of `testing/`, which refuses whatever the specifications do. */

let server: OpenidProvider
beforeAll(async () => {
  server = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 600 })
})
afterAll(async () => {
  await server.close()
})

const redirectUri = 'http://127.0.0.1:9/auth/corp/callback'
let clients = 0

function contextOf(
  given: Partial<Client> = {},
  provider: Partial<ResolvedProvider> = {},
  registration: Partial<OpenidClient> = {},
): ClientContext {
  const client: Client = { clientId: `unit-${String(clients++)}`, clientSecret: 'a secret: with % signs & spaces ~*', ...given }
  server.registerClient({ ...client, redirectUris: [redirectUri], ...registration })
  // Of an address, only what discovery says counts.
  return {
    ...contextFor({ slug: 'corp', redirectUri, client }),
    provider: {
      protocol: 'oidc',
      title: 'Corp',
      issuer: server.issuer,
      scope: ['openid', 'profile', 'email'],
      profile: standardClaims,
      apiBaseUrl: server.apiBaseUrl,
      ...provider,
    },
  }
}

/** A browser that keeps cookies and goes where it is sent, until it is sent back to us. */
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
    const next = response.headers.get('location')
    if (next === null) throw new Error(`no way on from ${url}: ${String(response.status)}`)
    url = new URL(next, url).href
  }
  return Object.fromEntries(new URL(url).searchParams)
}

async function signIn(
  context: ClientContext,
  options: LoginOptions = {},
): Promise<{ transaction: Transaction; parameters: CallbackParameters; location: URL }> {
  const { location, transaction } = await login(context, options)
  return { transaction, parameters: await approve(location), location: new URL(location) }
}

const calls = (path: string): number => server.requests.filter((request) => request.path === path).length

describe('A login', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  test.each<[string, Partial<Client>, Partial<ResolvedProvider>, Partial<OpenidClient>]>([
    ['basic, the default', {}, {}, {}],
    ['basic', {}, { clientAuth: 'basic' }, {}],
    ['post', {}, { clientAuth: 'post' }, { tokenEndpointAuthMethod: 'client_secret_post' }],
    ['none', { clientSecret: undefined as never }, {}, { tokenEndpointAuthMethod: 'none' }],
    [
      'private_key_jwt',
      { clientSecret: undefined as never, privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      {},
      { tokenEndpointAuthMethod: 'private_key_jwt', metadata: { jwks: { keys: [{ ...rsa.publicKey.export({ format: 'jwk' }) }] } } },
    ],
    [
      'client_secret_jwt',
      { clientSecret: 'a secret of at least thirty-two bytes!' },
      { clientAuth: 'client_secret_jwt' },
      { metadata: { token_endpoint_auth_method: 'client_secret_jwt' } },
    ],
    ['ES256 ID Tokens', {}, { idTokenAlgs: ['ES256'] }, { metadata: { id_token_signed_response_alg: 'ES256' } }],
    ['endpoints of its own in place of discovery', {}, { discovery: false }, {}],
  ])('by %s gives the person', async (_what, client, provider, registration) => {
    const endpoints =
      provider.discovery === false
        ? {
            authorizationEndpoint: server.authorizationEndpoint,
            tokenEndpoint: server.tokenEndpoint,
            userinfoEndpoint: server.userinfoEndpoint,
            jwksUri: `${server.issuer}/jwks`,
          }
        : {}
    const context = contextOf(client, { ...provider, ...endpoints }, registration)
    const { transaction, parameters } = await signIn(context)
    const { user, tokens } = await callback(context, transaction, parameters)
    expect(user).toMatchObject({
      provider: 'corp',
      id: 'ada-id',
      key: 'corp$ada-id',
      username: 'ada',
      name: 'Ada Example',
      email: 'ada@example.com',
      emailVerified: true,
      locale: 'en-GB',
    })
    expect(tokens).toMatchObject({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      idToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      scope: 'openid profile email',
      expiresAt: (tokens?.issuedAt ?? 0) + 600,
    })
  })

  test('reads the API with its token, and refreshes it: the old refresh token is used once', async () => {
    const context = contextOf({}, { scope: ['openid', 'profile', 'email', 'offline_access'] })
    const { transaction, parameters } = await signIn(context)
    let { tokens } = (await callback(context, transaction, parameters)) as Required<LoginResult>
    const access = {
      source: {
        current: () => tokens,
        save: (refreshed: Tokens | undefined) => {
          tokens = refreshed ?? tokens
        },
      },
    }
    const first = tokens
    const api = createApiClient(context, access)
    expect((await api.get('me')).data).toMatchObject({ id: 'ada-id' })
    await createCredentials(context, access).refresh({ force: true })
    expect(tokens.accessToken).not.toBe(first.accessToken)
    expect(tokens.refreshToken).not.toBe(first.refreshToken)
    expect((await api.get('me')).status).toBe(200)
    // A family that is used twice, by a process that knows nothing of the first time, ends, and with it the access.
    await expect(
      createCredentials(
        { ...context, slug: 'corp', refresher: createRefresher() },
        { source: { current: () => first, save: () => undefined } },
      ).refresh({ force: true }),
    ).rejects.toMatchObject({ code: 'reauth_required', providerError: 'invalid_grant' })
  })

  test('asks again when it must: prompt, maxAge and their check in the ID Token', async () => {
    const context = contextOf({}, { maxAge: 3600 })
    const { transaction, parameters, location } = await signIn(context, { prompt: 'login' })
    expect(location.searchParams.get('max_age')).toBe('3600')
    const { user } = await callback(context, transaction, parameters)
    expect(Math.abs(Date.parse(user.authTime ?? '') - Date.now())).toBeLessThan(60_000)
  })
})

describe('The server refuses', () => {
  test('a code with another verifier, and a code that was used', async () => {
    const context = contextOf()
    const { transaction, parameters } = await signIn(context)
    await expect(callback(context, { ...transaction, codeVerifier: 'x'.repeat(43) }, parameters)).rejects.toMatchObject({
      code: 'provider_error',
      providerError: 'invalid_grant',
    })
    const again = await signIn(context)
    await callback(context, again.transaction, again.parameters)
    await expect(callback(context, again.transaction, again.parameters)).rejects.toMatchObject({
      code: 'provider_error',
      providerError: 'invalid_grant',
    })
  })

  test('a client with another secret', async () => {
    const context = contextOf()
    const { transaction, parameters } = await signIn(context)
    await expect(
      callback(
        { ...context, client: { ...context.client, clientSecret: 'other' }, provider: { ...context.provider } },
        transaction,
        parameters,
      ),
    ).rejects.toMatchObject({ code: 'provider_error', providerError: 'invalid_client' })
  })

  test("a person's code in the login of another: the nonce tells", async () => {
    const context = contextOf({}, { pkce: false })
    const victim = await signIn(context)
    const attacker = await login(context)
    const state = new URL(attacker.location).searchParams.get('state') ?? ''
    await expect(callback(context, attacker.transaction, { ...victim.parameters, state })).rejects.toMatchObject({ code: 'nonce_mismatch' })
  })
})

describe('The answer', () => {
  test('names its issuer (RFC 9207), which must be there and be right', async () => {
    const context = contextOf()
    const { transaction, parameters } = await signIn(context)
    expect(parameters['iss']).toBe(server.issuer)
    const before = calls('/token')
    const { iss: _iss, ...without } = parameters
    await expect(callback(context, transaction, without)).rejects.toMatchObject({ code: 'issuer_missing' })
    await expect(callback(context, transaction, { ...parameters, iss: `${server.issuer}/` })).rejects.toMatchObject({
      code: 'issuer_mismatch',
    })
    await expect(callback(context, transaction, { ...parameters, iss: server.issuer.toUpperCase() })).rejects.toMatchObject({
      code: 'issuer_mismatch',
    })
    expect(calls('/token')).toBe(before)
    await expect(callback(context, transaction, parameters)).resolves.toBeDefined()
  })

  test('to a client that nobody knows stays at the provider', async () => {
    const context = { ...contextOf(), client: { clientId: 'nobody' } }
    expect((await fetch((await login(context)).location, { redirect: 'manual' })).status).toBe(400)
  })
})

test('A thousand logins at the same time discover once, and many callbacks fetch the keys once', async () => {
  const context = contextOf()
  const [discovered, keys] = [calls('/.well-known/openid-configuration'), calls('/jwks')]
  await Promise.all(Array.from({ length: 1_000 }, () => login(context)))
  expect(calls('/.well-known/openid-configuration')).toBe(discovered + 1)
  const first = await signIn(context)
  await callback(context, first.transaction, first.parameters)
  const more = await Promise.all(Array.from({ length: 10 }, () => signIn(context)))
  await Promise.all(more.map(({ transaction, parameters }) => callback(context, transaction, parameters)))
  expect(calls('/jwks')).toBe(keys + 1)
})
