import { afterEach, describe, expect, test } from '@jest/globals'
import { introspect, type Introspection } from '../../../lib/endpoints/introspection.js'
import type { Context, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function introspecting(
  body: string,
  status = 200,
  provider: Partial<ResolvedProvider> = {},
): Promise<{ context: Context; server: SmallServer }> {
  const server = await startServer((_request, res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  open.push(server)
  return { server, context: contextFor({ provider: { introspectionEndpoint: `${server.origin}/introspect`, ...provider } }) }
}

async function answered(body: unknown): Promise<Introspection> {
  return introspect((await introspecting(typeof body === 'string' ? body : JSON.stringify(body))).context, 'the token')
}

describe('An active token', () => {
  test('is described in our words, the answer as it came beside them', async () => {
    // The example of RFC 7662 section 2.2, with the members that it leaves out.
    const raw = {
      active: true,
      client_id: 'l238j323ds-23ij4',
      username: 'jdoe',
      scope: 'read write dolphin',
      sub: 'Z5O3upPC88QrAjx00dis',
      aud: 'https://protected.example.net/resource',
      iss: 'https://server.example.com/',
      exp: 1419356238,
      iat: 1419350238,
      nbf: 1419350238,
      token_type: 'Bearer',
      jti: 'j',
      extension_field: 'twenty-seven',
    }
    expect(await answered(raw)).toEqual({
      active: true,
      clientId: 'l238j323ds-23ij4',
      username: 'jdoe',
      scope: 'read write dolphin',
      subject: 'Z5O3upPC88QrAjx00dis',
      audience: 'https://protected.example.net/resource',
      issuer: 'https://server.example.com/',
      expiresAt: 1419356238,
      issuedAt: 1419350238,
      notBefore: 1419350238,
      tokenType: 'Bearer',
      raw,
    })
  })

  test('may have several audiences, and members of wrong kinds are not taken', async () => {
    expect(await answered({ active: true, aud: ['a', 7, 'b'], exp: '1419356238', scope: ['x'], sub: null })).toEqual({
      active: true,
      audience: ['a', 'b'],
      raw: expect.any(Object) as unknown,
    })
  })

  test('keeps long ids whole in the raw answer', async () => {
    expect((await answered('{"active":true,"owner":12345678901234567890}')).raw).toEqual({ active: true, owner: '12345678901234567890' })
  })
})

test('Of a token that is not active, nothing else is taken', async () => {
  expect(await answered({ active: false, sub: 'ada', exp: 1 })).toEqual({ active: false, raw: { active: false, sub: 'ada', exp: 1 } })
})

test('The request is a form with the hint, authenticated as at the token endpoint', async () => {
  const { context, server } = await introspecting('{"active":false}')
  await introspect(context, 'the token', { tokenTypeHint: 'refresh_token' })
  await introspect(context, 'the token')
  expect(server.received.map(({ method, url, body }) => [method, url, Object.fromEntries(new URLSearchParams(body))])).toEqual([
    ['POST', '/introspect', { token: 'the token', token_type_hint: 'refresh_token' }],
    ['POST', '/introspect', { token: 'the token' }],
  ])
  expect(server.received[0]?.headers).toMatchObject({
    accept: 'application/json',
    authorization: `Basic ${Buffer.from('the-client:the-secret').toString('base64')}`,
  })
})

test('The hook for token answers is not asked', async () => {
  const { context } = await introspecting('{"active":true}', 200, {
    hooks: {
      tokenResponse: () => {
        throw new Error('asked')
      },
    },
  })
  expect(await introspect(context, 'a')).toMatchObject({ active: true })
})

test('Discovery names the endpoint for OpenID Connect', async () => {
  const server: SmallServer = await startServer(({ url }, res) => {
    if (url.startsWith('/.well-known/'))
      sendJson(res, {
        issuer: server.origin,
        introspection_endpoint: `${server.origin}/found`,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
      })
    else sendJson(res, { active: true, sub: 'ada' })
  })
  open.push(server)
  const context: Context = { ...contextFor(), provider: { protocol: 'oidc', title: 'Invented', scope: ['openid'], issuer: server.origin } }
  expect(await introspect(context, 'a')).toMatchObject({ active: true, subject: 'ada' })
  expect(server.received[1]).toMatchObject({ url: '/found', body: expect.stringContaining('client_secret=the-secret') as unknown })
})

describe('An error', () => {
  test.each<[string, string, number, string, string | undefined]>([
    ['a client that is not known', '{"error":"invalid_client"}', 401, 'provider_error', 'invalid_client'],
    ['403 and nothing', '', 403, 'provider_bad_response', undefined],
    ['500', '', 500, 'provider_bad_response', undefined],
    ['no word on whether it is active', '{"sub":"canary"}', 200, 'provider_bad_response', undefined],
    ['active as a text', '{"active":"true"}', 200, 'provider_bad_response', undefined],
    ['a list', '[true]', 200, 'provider_bad_response', undefined],
    ['no JSON', 'active', 200, 'provider_bad_response', undefined],
    ['an empty 200', '', 200, 'provider_bad_response', undefined],
    ['an answer of 2 MiB', JSON.stringify({ active: true, padding: 'x'.repeat(2 ** 21) }), 200, 'provider_bad_response', undefined],
  ])('%s is told as what it is', async (_what, body, status, code, providerError) => {
    const { context } = await introspecting(body, status)
    const thrown: unknown = await introspect(context, 'canary-token').catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code, provider: 'invented', ...(providerError === undefined ? {} : { providerError }) })
    expect(`${JSON.stringify(thrown)}${String(thrown)}`).not.toMatch(/canary|sign-in/)
  })

  test('no endpoint is a mistake of the configuration, and no token is one of the caller', async () => {
    await expect(introspect(contextFor(), 'a')).rejects.toMatchObject({
      code: 'config_invalid',
      message: "providers.invented.introspectionEndpoint is missing: the provider's own data names none.",
    })
    await expect(introspect(contextFor(), '')).rejects.toMatchObject({ code: 'bad_request' })
  })
})
