import { afterEach, describe, expect, test } from '@jest/globals'
import { revokeTokens } from '../../../lib/endpoints/revocation.js'
import type { Client, Context, ResolvedProvider, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

interface Answer {
  status: number
  body?: unknown
  type?: string
}

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

/** A server that answers one call after the other, the last answer for ever, and the context of a client of it. */
async function revoking(
  answers: Answer[],
  provider: Partial<ResolvedProvider> = {},
  client: Client = { clientId: 'the-client', clientSecret: 'the-secret' },
): Promise<{ context: Context; server: SmallServer; forms: () => Record<string, string>[] }> {
  const server = await startServer((_request, res) => {
    const { status, body, type = 'application/json' } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 }
    res
      .writeHead(status, { 'content-type': type })
      .end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
  open.push(server)
  const context = contextFor({
    client,
    provider: { tokenEndpoint: `${server.origin}/token`, revocationEndpoint: `${server.origin}/revoke`, ...provider },
  })
  return { context, server, forms: () => server.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body))) }
}

const both: Tokens = { accessToken: 'the access token', tokenType: 'Bearer', refreshToken: 'the refresh token' }
const access: Tokens = { accessToken: 'the access token', tokenType: 'Bearer' }

describe('Both tokens are revoked', () => {
  test("the refresh token first, each with its hint, with the client's authentication and an empty 200 as success", async () => {
    const { context, server, forms } = await revoking([{ status: 200 }])
    expect(await revokeTokens(context, both)).toBe(true)
    expect(forms()).toEqual([
      { token: 'the refresh token', token_type_hint: 'refresh_token' },
      { token: 'the access token', token_type_hint: 'access_token' },
    ])
    for (const { method, url, headers } of server.received) {
      expect([method, url]).toEqual(['POST', '/revoke'])
      expect(headers).toMatchObject({
        authorization: `Basic ${Buffer.from('the-client:the-secret').toString('base64')}`,
        'user-agent': 'authrouter',
        'content-type': expect.stringContaining('application/x-www-form-urlencoded') as unknown,
      })
    }
  })

  test('but of an access token that has ended, nothing is said', async () => {
    const { context, forms } = await revoking([{ status: 200 }])
    expect(await revokeTokens(context, { ...both, expiresAt: Math.floor(Date.now() / 1000) - 1 })).toBe(true)
    expect(forms()).toEqual([{ token: 'the refresh token', token_type_hint: 'refresh_token' }])
    expect(await revokeTokens(context, { ...access, expiresAt: 1 })).toBe(true)
    expect(forms()).toHaveLength(1)
  })

  test.each(['unsupported_token_type', 'invalid_token', 'invalid_request'])(
    'a refusal of the second one, %s, is no failure',
    async (error) => {
      const { context, forms } = await revoking([{ status: 200 }, { status: 400, body: { error } }])
      expect(await revokeTokens(context, both)).toBe(true)
      expect(forms()).toHaveLength(2)
    },
  )

  test('a server that breaks at the second one is', async () => {
    const { context } = await revoking([{ status: 200 }, { status: 503 }])
    await expect(revokeTokens(context, both)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })
})

describe("A server's answer", () => {
  test.each<[string, Answer]>([
    ['an empty 200', { status: 200 }],
    ['200 and a page', { status: 200, body: '<p>done</p>', type: 'text/html' }],
    ['200 and {}', { status: 200, body: {} }],
    ['200 and a word', { status: 200, body: { status: 'success' } }],
    ['204', { status: 204 }],
    ['201 and text', { status: 201, body: 'ok', type: 'text/plain' }],
  ])('%s is a success', async (_what, answer) => {
    const { context } = await revoking([answer])
    expect(await revokeTokens(context, access)).toBe(true)
  })

  test.each<[string, Answer, string, string | undefined]>([
    [
      'a token type that cannot be revoked',
      { status: 400, body: { error: 'unsupported_token_type', error_description: 'canary' } },
      'provider_error',
      'unsupported_token_type',
    ],
    ['a client that is not known', { status: 401, body: { error: 'invalid_client' } }, 'provider_error', 'invalid_client'],
    ['an error under 200', { status: 200, body: { error: 'invalid_request' } }, 'provider_error', 'invalid_request'],
    ['403 and a page', { status: 403, body: '<p>canary</p>', type: 'text/html' }, 'provider_bad_response', undefined],
    ['404', { status: 404 }, 'provider_bad_response', undefined],
    ['a redirect', { status: 302 }, 'provider_bad_response', undefined],
    ['500', { status: 500, body: { error: 'server_error' } }, 'provider_bad_response', undefined],
    ['503', { status: 503 }, 'provider_bad_response', undefined],
  ])('%s is told as what it is', async (_what, answer, code, providerError) => {
    const { context, server } = await revoking([answer])
    const thrown: unknown = await revokeTokens(context, both).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code, provider: 'invented', ...(providerError === undefined ? {} : { providerError }) })
    expect(`${JSON.stringify(thrown)}${String(thrown)}`).not.toMatch(/canary|the refresh token|the access token|sign-in/)
    expect(server.received).toHaveLength(1)
  })

  test('a challenge does not hide the error', async () => {
    const server = await startServer((_request, res) => {
      res.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="x"' }).end('{"error":"invalid_client"}')
    })
    open.push(server)
    await expect(revokeTokens(contextFor({ provider: { revocationEndpoint: `${server.origin}/revoke` } }), access)).rejects.toMatchObject({
      code: 'provider_error',
      providerError: 'invalid_client',
    })
  })

  test('silence ends as provider_timeout', async () => {
    const server = await startServer(() => undefined)
    open.push(server)
    await expect(
      revokeTokens(contextFor({ provider: { revocationEndpoint: `${server.origin}/revoke` }, outbound: { timeout: 100 } }), access),
    ).rejects.toMatchObject({ code: 'provider_timeout' })
  })
})

describe('The entry', () => {
  test('that names no endpoint has nothing to revoke at', async () => {
    expect(await revokeTokens(contextFor(), both)).toBe(false)
    expect(await revokeTokens(contextFor({ provider: { protocol: 'oauth1' } }), both)).toBe(false)
  })

  test('may say how the client authenticates there', async () => {
    const { context, server, forms } = await revoking([{ status: 200 }], { clientAuth: 'basic', revocationClientAuth: 'post' })
    await revokeTokens(context, access)
    expect(forms()[0]).toEqual({
      token: 'the access token',
      token_type_hint: 'access_token',
      client_id: 'the-client',
      client_secret: 'the-secret',
    })
    expect(server.received[0]?.headers.authorization).toBeUndefined()
  })

  test('may have names of its own, and headers; its hook for token answers is not asked', async () => {
    const { context, server, forms } = await revoking([{ status: 200, body: { odd: true } }], {
      clientAuth: 'post',
      parameterNames: { client_id: 'client_key' },
      apiHeaders: { 'x-version': '7' },
      hooks: {
        tokenResponse: () => {
          throw new Error('asked')
        },
      },
    })
    expect(await revokeTokens(context, access)).toBe(true)
    expect(forms()[0]).toEqual({
      token: 'the access token',
      token_type_hint: 'access_token',
      client_key: 'the-client',
      client_secret: 'the-secret',
    })
    expect(server.received[0]?.headers['x-version']).toBe('7')
  })
})

describe('By OpenID Connect', () => {
  async function openid(metadata: object, provider: Partial<ResolvedProvider> = {}): Promise<{ context: Context; server: SmallServer }> {
    const server: SmallServer = await startServer(({ url }, res) => {
      if (url.startsWith('/.well-known/'))
        sendJson(res, {
          issuer: server.origin,
          authorization_endpoint: `${server.origin}/a`,
          token_endpoint: `${server.origin}/t`,
          ...metadata,
        })
      else res.end()
    })
    open.push(server)
    return {
      server,
      context: {
        ...contextFor(),
        provider: { protocol: 'oidc', title: 'Invented', scope: ['openid'], issuer: server.origin, ...provider },
      },
    }
  }
  const paths = ({ received }: SmallServer): string[] => received.map(({ url }) => url).filter((url) => !url.startsWith('/.well-known/'))

  test('discovery names the endpoint, and how the client authenticates', async () => {
    const found = await openid({
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      revocation_endpoint: 'http://127.0.0.1:1/other',
    })
    const { context, server } = await openid({
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      revocation_endpoint: `${found.server.origin}/found`,
    })
    expect(await revokeTokens(context, access)).toBe(true)
    expect(paths(server)).toEqual([])
    expect(paths(found.server)).toEqual(['/found'])
    expect(Object.fromEntries(new URLSearchParams(found.server.received[0]?.body))).toMatchObject({
      client_id: 'the-client',
      client_secret: 'the-secret',
    })
  })

  test("the entry's own goes before it", async () => {
    const own = await openid({})
    const { context } = await openid(
      { revocation_endpoint: 'http://127.0.0.1:1/other' },
      { revocationEndpoint: `${own.server.origin}/own` },
    )
    expect(await revokeTokens(context, access)).toBe(true)
    expect(paths(own.server)).toEqual(['/own'])
  })

  test('a provider without one has nothing to revoke at', async () => {
    const { context, server } = await openid({})
    expect(await revokeTokens(context, both)).toBe(false)
    expect(paths(server)).toEqual([])
  })
})
