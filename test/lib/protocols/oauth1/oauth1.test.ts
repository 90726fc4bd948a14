import { createHmac, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import { callback, type LoginResult } from '../../../../lib/callback.js'
import { createApiClient } from '../../../../lib/client/apiClient.js'
import { login } from '../../../../lib/login.js'
import { protocol } from '../../../../lib/protocols/oauth1/oauth1.js'
import type { ClientContext } from '../../../../lib/refresh/refresher.js'
import type { CallbackParameters, LoginOptions, ResolvedProvider, Tokens, Transaction } from '../../../../lib/types.js'
import { startOauth1Provider, type Oauth1Provider, type Oauth1ProviderOptions } from '../../../../testing/index.js'
import { contextFor } from '../../../support/context.js'
import { startServer, type Received, type SmallServer } from '../../../support/unitServer.js'

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

const redirectUri = 'https://app.example/auth/bird/callback'
const client = { clientId: 'the client & more', clientSecret: 'the secret: +%' }
const profile = { id: 'id', username: 'screen_name', name: 'name', email: 'email' }

/** The provider of `testing/`, which checks every signature, and a context that signs in there. */
async function realProvider(
  options: Oauth1ProviderOptions = {},
  provider: Partial<ResolvedProvider> = {},
  parts: Partial<ClientContext> = {},
): Promise<{ server: Oauth1Provider; context: ClientContext }> {
  const server = await startOauth1Provider({ signInAs: 'ada-id', clients: [client], ...options })
  open.push(server)
  const { requestTokenEndpoint, authorizationEndpoint, accessTokenEndpoint, userinfoEndpoint, apiBaseUrl } = server
  return {
    server,
    context: contextFor({
      client,
      ...parts,
      slug: 'bird',
      redirectUri,
      provider: {
        protocol: 'oauth1',
        requestTokenEndpoint,
        authorizationEndpoint,
        accessTokenEndpoint,
        userinfoEndpoint,
        apiBaseUrl,
        profile,
        ...provider,
      },
    } as never),
  }
}

/** A person's way through the provider's page: the parameters that come back. */
async function approve(location: string, form?: Record<string, string>): Promise<CallbackParameters> {
  const response = form
    ? await fetch(location.split('?')[0] ?? '', { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
    : await fetch(location, { redirect: 'manual' })
  const target = new URL(response.headers.get('location') ?? '')
  expect(target.origin + target.pathname).toBe(redirectUri)
  return Object.fromEntries(target.searchParams)
}

describe('Three legs', () => {
  test.each<[string, Partial<ResolvedProvider>]>([
    ['HMAC-SHA1', {}],
    ['HMAC-SHA256', { signatureMethod: 'HMAC-SHA256' }],
    ['HMAC-SHA512', { signatureMethod: 'HMAC-SHA512' }],
    ['a realm', { realm: 'Photos & more' }],
    ['parameters in the query', { signaturePlacement: 'query' }],
    ['parameters in a body that can carry them', { signaturePlacement: 'body' }],
  ])('by %s give the person, and a client of the API', async (_what, more) => {
    const { server, context } = await realProvider({}, more)
    const { location, transaction } = await login(context)
    const { user, tokens } = (await callback(context, transaction, await approve(location))) as Required<LoginResult>
    expect(user).toMatchObject({ provider: 'bird', username: 'ada', name: 'Ada Example', email: 'ada@example.com' })
    expect(tokens).toEqual({
      accessToken: expect.any(String),
      tokenSecret: expect.any(String),
      tokenType: 'OAuth',
      issuedAt: expect.any(Number),
    })
    expect(JSON.stringify(user)).not.toContain(tokens.accessToken)
    const api = createApiClient(context, { source: { current: () => tokens, save: () => undefined } }, user)
    expect((await api.get('projects', { query: { 'q[]': ['a b', 'ü'], empty: '' } })).status).toBe(200)
    expect((await api.post('projects', { form: { name: 'new & old', description: '+ %' } })).ok).toBe(true)
    expect((await api.post('projects', { json: { name: 'json', description: 'x' } })).ok).toBe(true)
    expect(server.requests.filter(({ problem }) => problem !== undefined)).toEqual([])
  })

  test("by RSA need no secret of the client's", async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const signatureMethod of ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'] as const) {
      const { context } = await realProvider(
        { clients: [{ clientId: 'rsa', clientSecret: '', publicKey }] },
        { signatureMethod },
        { client: { clientId: 'rsa', privateKey: pem } },
      )
      const { location, transaction } = await login(context)
      expect((await callback(context, transaction, await approve(location))).user.name).toBe('Ada Example')
    }
  })

  test("remember the request token's secret here, and send only the token with the browser", async () => {
    const { context } = await realProvider()
    const { location, transaction } = await login(context, { loginHint: 'ada' })
    const url = new URL(location)
    expect(Object.fromEntries(url.searchParams)).toEqual({ oauth_token: transaction.requestToken, login_hint: 'ada' })
    expect(location).not.toContain(transaction.requestTokenSecret)
    expect(transaction.requestTokenSecret?.length).toBeGreaterThan(10)
  })

  test('that run at the same time do not mix their secrets', async () => {
    const { context } = await realProvider()
    const started = await Promise.all(Array.from({ length: 5 }, () => login(context)))
    const answers = await Promise.all(started.map(({ location }) => approve(location)))
    const users = await Promise.all(started.map(({ transaction }, index) => callback(context, transaction, answers[index] ?? {})))
    expect(users).toHaveLength(5)
    await expect(callback(context, (await login(context)).transaction, answers[0] ?? {})).rejects.toMatchObject({ code: 'state_mismatch' })
  })
})

describe('The answer of the person', () => {
  async function startReal(): Promise<{
    server: Oauth1Provider
    context: ClientContext
    transaction: Transaction
    parameters: CallbackParameters
    location: string
  }> {
    const { server, context } = await realProvider()
    const { location, transaction } = await login(context)
    const parameters = await approve(location)
    server.requests.length = 0
    return { server, context, transaction, parameters, location }
  }

  test('that says no is told as a denial, without a call', async () => {
    const { server, context } = await realProvider({ signInAs: undefined as never })
    const { location, transaction } = await login(context)
    const parameters = await approve(location, { oauth_token: transaction.requestToken ?? '', deny: '1' })
    expect(parameters).toEqual({ denied: transaction.requestToken })
    await expect(callback(context, transaction, parameters)).rejects.toMatchObject({ code: 'access_denied', provider: 'bird' })
    await expect(
      callback(context, transaction, { oauth_token: transaction.requestToken ?? '', oauth_problem: 'user_refused', oauth_verifier: 'x' }),
    ).rejects.toMatchObject({ code: 'access_denied' })
    expect(server.requests.some(({ path }) => path.endsWith('access_token'))).toBe(false)
  })

  test.each<[string, (given: CallbackParameters) => CallbackParameters, string]>([
    ['no verifier', ({ oauth_token: token = '' }) => ({ oauth_token: token }), 'bad_request'],
    ['an empty verifier', (given) => ({ ...given, oauth_verifier: '' }), 'bad_request'],
    ['a verifier of 2,000 characters', (given) => ({ ...given, oauth_verifier: 'x'.repeat(2_000) }), 'bad_request'],
    ['no token', ({ oauth_verifier: verifier = '' }) => ({ oauth_verifier: verifier }), 'state_missing'],
    ['an empty token', (given) => ({ ...given, oauth_token: '' }), 'state_missing'],
    ['another token', (given) => ({ ...given, oauth_token: 'other' }), 'state_mismatch'],
    [
      'a state in place of the token',
      ({ oauth_token: token = '', oauth_verifier: verifier = '' }) => ({ state: token, oauth_verifier: verifier }),
      'state_missing',
    ],
  ])('with %s is refused, without a call', async (_what, change, code) => {
    const { server, context, transaction, parameters } = await startReal()
    await expect(callback(context, transaction, change(parameters))).rejects.toMatchObject({ code })
    expect(server.requests).toEqual([])
  })

  test('with a guessed verifier is refused by the provider', async () => {
    const { context, transaction, parameters } = await startReal()
    await expect(callback(context, transaction, { ...parameters, oauth_verifier: 'guessed' })).rejects.toMatchObject({
      code: 'provider_bad_response',
    })
  })

  test('is signed for with the token of this login, whatever the parameters say', async () => {
    const { context, transaction, parameters } = await startReal()
    const swapped = { ...transaction, requestToken: 'another token' }
    await expect(callback(context, swapped, parameters)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })
})

/** A provider of one answer for both token endpoints. */
async function fake(
  answer: (request: Received, res: ServerResponse) => void,
  provider: Partial<ResolvedProvider> = {},
  outbound = {},
): Promise<{ server: SmallServer; context: ClientContext }> {
  const server = await startServer(answer)
  open.push(server)
  const endpoints = {
    requestTokenEndpoint: `${server.origin}/request`,
    authorizationEndpoint: 'https://bird.example/authorize?lang=en',
    accessTokenEndpoint: `${server.origin}/access`,
    userinfoEndpoint: `${server.origin}/me`,
  }
  const context = contextFor({
    client,
    slug: 'bird',
    redirectUri,
    outbound,
    provider: { protocol: 'oauth1', ...endpoints, profile, ...provider },
  })
  return { server, context }
}

describe('The request token', () => {
  test.each(['true', 'True', 'TRUE'])('is taken when the callback is confirmed with "%s" (RFC 5849 section 2.1)', async (confirmed) => {
    const { context } = await fake((_request, res) => {
      res.end(`oauth_token=t%26&oauth_token_secret=s&oauth_callback_confirmed=${confirmed}`)
    })
    const { location, transaction } = await login(context)
    expect(location).toBe('https://bird.example/authorize?lang=en&oauth_token=t%26')
    expect(transaction).toMatchObject({ requestToken: 't&', requestTokenSecret: 's' })
  })

  test('may come as JSON', async () => {
    const { context } = await fake((_request, res) => {
      res.end('{"oauth_token":12345678901234567890,"oauth_token_secret":"s","oauth_callback_confirmed":true}')
    })
    expect((await login(context)).transaction.requestToken).toBe('12345678901234567890')
  })

  test.each<[string, string, number?]>([
    ['without a confirmation: OAuth 1.0 and its session fixation', 'oauth_token=canary&oauth_token_secret=canary'],
    ['that is not confirmed', 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed=false'],
    ['confirmed by a number', 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed=1'],
    ['confirmed by nothing', 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed='],
    ['without a token', 'oauth_token_secret=canary&oauth_callback_confirmed=true'],
    ['with an empty token', 'oauth_token=&oauth_token_secret=canary&oauth_callback_confirmed=true'],
    ['without a secret', 'oauth_token=canary&oauth_callback_confirmed=true'],
    ['that is a page', '<html>oauth_token=canary</html>'],
    ['that is nothing', ''],
    ['that is a list', '["canary"]'],
    ['of JSON with null', '{"oauth_token":null,"oauth_token_secret":"canary","oauth_callback_confirmed":true}'],
    ['of JSON with an object', '{"oauth_token":{"a":1},"oauth_token_secret":"canary","oauth_callback_confirmed":true}'],
    ['of JSON with a hostile object', '{"oauth_token":{"toString":1},"oauth_token_secret":["canary"],"oauth_callback_confirmed":true}'],
    ['of half a JSON', '{"oauth_token":"canary'],
    ['under 401', 'oauth_problem=timestamp_refused&canary=1', 401],
    ['under 500', '<h1>canary</h1>', 500],
    ['under 302', 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed=true', 302],
    ['under 201', 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed=true', 201],
  ])('%s is refused, and not repeated', async (_what, body, status = 200) => {
    const { context } = await fake((_request, res) => {
      res.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(body)
    })
    const thrown: unknown = await login(context).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'provider_bad_response', provider: 'bird' })
    expect(inspect(thrown) + JSON.stringify(thrown)).not.toContain('canary')
  })

  test('that does not come is a timeout, after twice the time of other calls', async () => {
    const { context } = await fake(() => undefined, {}, { timeout: 150 })
    const started = performance.now()
    await expect(login(context)).rejects.toMatchObject({ code: 'provider_timeout' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(290)
  })

  test('is asked for with our callback, our own parameters, and no token', async () => {
    const { server, context } = await fake(
      (_request, res) => {
        res.end('oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true')
      },
      { requestTokenParams: { scope: 'read write' }, hooks: { tokenRequest: (form) => ({ ...form, x: '1' }) } },
    )
    await login(context)
    const [request] = server.received
    expect(request).toMatchObject({
      method: 'POST',
      url: '/request',
      body: 'scope=read+write&x=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const fields = authorizationFields(request?.headers.authorization)
    expect(fields).toMatchObject({
      oauth_callback: redirectUri,
      oauth_consumer_key: client.clientId,
      oauth_signature_method: 'HMAC-SHA1',
      oauth_version: '1.0',
    })
    expect(fields).not.toHaveProperty('oauth_token')
    expect(request?.headers.authorization).not.toContain(encodeURIComponent(client.clientSecret))
  })
})

function authorizationFields(header = ''): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decodeURIComponent(value)]))
}

describe('The access token', () => {
  const transactionOf = async (context: ClientContext, options: LoginOptions = {}): Promise<Transaction> =>
    (await login(context, options)).transaction
  const both =
    (access: string, status = 200) =>
    ({ url }: Received, res: ServerResponse): void => {
      if (url === '/request') res.end('oauth_token=t&oauth_token_secret=request+secret&oauth_callback_confirmed=true')
      else res.writeHead(url === '/access' ? status : 200).end(url === '/access' ? access : '{"id":1}')
    }

  test('is signed for with both secrets, and carries the verifier', async () => {
    const { server, context } = await fake(both('oauth_token=a&oauth_token_secret=b&user_id=7&x_auth_expires=0'))
    const { tokens, response } = await protocol.exchange(context, {
      type: 'authorization_code',
      transaction: await transactionOf(context),
      parameters: { oauth_token: 't', oauth_verifier: 'v&' },
    })
    expect(tokens).toMatchObject({ accessToken: 'a', tokenSecret: 'b', tokenType: 'OAuth' })
    expect(response).toEqual({ user_id: '7', x_auth_expires: '0' })
    const request = server.received[1]
    const { oauth_signature: signature, realm: _realm, ...fields } = authorizationFields(request?.headers.authorization)
    expect(fields).toMatchObject({ oauth_token: 't', oauth_verifier: 'v&' })
    // RFC 5849 section 3.4.2, by hand.
    const encode = (text: string): string =>
      encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    const normalized = Object.entries(fields)
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&')
    const base = ['POST', encode(`${server.origin}/access`), encode(normalized)].join('&')
    expect(signature).toBe(
      createHmac('sha1', `${encode(client.clientSecret)}&${encode('request secret')}`)
        .update(base)
        .digest('base64'),
    )
  })

  test.each<[string, string, number?]>([
    ['without a token', 'oauth_token_secret=canary'],
    ['without a secret', 'oauth_token=canary'],
    ['that is a page', '<html>canary'],
    ['under 401', 'oauth_problem=canary', 401],
    ['under 400', '<html>canary', 400],
  ])('%s is refused, and not repeated', async (_what, body, status = 200) => {
    const { context } = await fake(both(body, status))
    const thrown: unknown = await callback(context, await transactionOf(context), { oauth_token: 't', oauth_verifier: 'v' }).catch(
      (error: unknown) => error,
    )
    expect(thrown).toMatchObject({ code: 'provider_bad_response', provider: 'bird' })
    expect(inspect(thrown) + JSON.stringify(thrown)).not.toContain('canary')
  })

  test('cannot be refreshed: an API client is told its 401, a refresh asks for a new sign-in', async () => {
    const { context } = await fake(both(''))
    const tokens: Tokens = { accessToken: 'a', tokenSecret: 'b', tokenType: 'OAuth' }
    await expect(protocol.exchange(context, { type: 'refresh_token', tokens })).rejects.toMatchObject({ code: 'reauth_required' })
    await expect(protocol.exchange(context, { type: 'client_credentials' })).rejects.toMatchObject({ code: 'reauth_required' })
  })

  test('describes the person where the provider has no other place, without its secrets', async () => {
    const { context } = await fake(both('oauth_token=canary&oauth_token_secret=canary2&user_id=7&screen_name=ada'))
    const { userinfoEndpoint: _none, ...provider } = context.provider
    const bare = { ...context, provider: { ...provider, profile: { id: 'user_id', username: 'screen_name' } } }
    const { user } = await callback(bare, await transactionOf(bare), { oauth_token: 't', oauth_verifier: 'v' })
    expect(user).toMatchObject({ id: '7', username: 'ada', raw: { user_id: '7', screen_name: 'ada' } })
    expect(JSON.stringify(user)).not.toContain('canary')
  })
})

describe('A signed request', () => {
  test("has a nonce of its own each time, the time of the context's clock, and stays on its host", async () => {
    const { server, context } = await fake(
      (_request, res) => {
        res.end('{}')
      },
      { apiBaseUrl: 'http://127.0.0.1:1/' },
    )
    const tokens: Tokens = { accessToken: 'a', tokenSecret: 'b', tokenType: 'OAuth' }
    const seen = new Set<string>()
    for (let round = 0; round < 2_000; round++) {
      const { headers } = protocol.sign({ ...context, now: () => 1_800_000_000_999 }, tokens, {
        method: 'GET',
        url: `${server.origin}/x`,
        headers: {},
      })
      const { oauth_nonce: nonce = '', oauth_timestamp: timestamp } = authorizationFields(headers['authorization'])
      expect(timestamp).toBe('1800000000')
      seen.add(nonce)
    }
    expect(seen.size).toBe(2_000)
    const api = createApiClient(context, { source: { current: () => tokens, save: () => undefined } })
    await expect(api.get(`${server.origin}/x`)).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(server.received).toEqual([])
  })

  test('that cannot be signed is a mistake of the configuration', async () => {
    const { context } = await fake(
      (_request, res) => {
        res.end()
      },
      { signatureMethod: 'RSA-SHA1' },
    )
    await expect(login(context)).rejects.toMatchObject({ code: 'config_invalid' })
    await expect(login({ ...context, provider: { ...context.provider, signatureMethod: 'MD5' as never } })).rejects.toMatchObject({
      code: 'config_invalid',
    })
  })

  test.each(['requestTokenEndpoint', 'authorizationEndpoint', 'accessTokenEndpoint'] as const)('without %s is one, too', async (name) => {
    const { context } = await fake((_request, res) => {
      res.end('oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true')
    })
    const provider = { ...context.provider }
    Reflect.deleteProperty(provider, name)
    const call =
      name === 'accessTokenEndpoint'
        ? protocol.exchange(
            { ...context, provider },
            { type: 'authorization_code', transaction: {} as Transaction, parameters: { oauth_verifier: 'v' } },
          )
        : login({ ...context, provider })
    await expect(call).rejects.toMatchObject({ code: 'config_invalid', message: `providers.bird.${name} is missing.` })
  })
})

describe('The vectors', () => {
  const { oauth1 } = JSON.parse(readFileSync(new URL('../../../vectors.json', import.meta.url), 'utf8')) as {
    oauth1: { token_response: Record<string, unknown>[]; callback: Record<string, unknown>[] }
  }

  test('are four answers and two callbacks', () => {
    expect([oauth1.token_response.length, oauth1.callback.length]).toEqual([4, 2])
  })

  test('tokens are decoded, and encoded again in the address of the authorization page', async () => {
    const row = oauth1.token_response[1] as { body: string; out: Record<string, string>; authorize_url: string }
    const { context } = await fake(
      (_request, res) => {
        res.end(`${row.body}&oauth_callback_confirmed=true`)
      },
      { authorizationEndpoint: row.authorize_url.split('?')[0] ?? '' },
    )
    const { location, transaction } = await login(context)
    expect(transaction).toMatchObject({ requestToken: row.out['oauth_token'], requestTokenSecret: row.out['oauth_token_secret'] })
    expect(location).toBe(row.authorize_url)
  })

  test('an answer without a secret, though it is JSON, and a callback without a verifier are refused', async () => {
    const { context } = await fake((_request, res) => {
      res.end(String(oauth1.token_response[0]?.['body']))
    })
    await expect(login(context)).rejects.toMatchObject({ code: 'provider_bad_response' })
    await expect(
      protocol.exchange(context, { type: 'authorization_code', transaction: {} as Transaction, parameters: { oauth_token: 'foo' } }),
    ).rejects.toMatchObject({ code: 'bad_request' })
    await expect(
      protocol.exchange(context, { type: 'authorization_code', transaction: {} as Transaction, parameters: { denied: 'tok' } }),
    ).rejects.toMatchObject({ code: 'access_denied' })
  })
})
