import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { requestTokens } from '../../../lib/endpoints/token.js'
import { protocol } from '../../../lib/protocols/oauth2/oauth2.js'
import { readTokenResponse } from '../../../lib/tokens/tokens.js'
import type { Context, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

/** One table of what token endpoints do, over both libraries. */

interface Answer {
  status?: number
  type?: string
  body?: string
  silent?: boolean
  drip?: boolean
}

let endpoint = ''
let close: () => void
let answer: Answer = {}
let received: { headers: IncomingMessage['headers']; form: URLSearchParams; method: string }[] = []

beforeAll(async () => {
  const server = createServer((req, res) => {
    void serve(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`
  close = () => {
    server.close()
    server.closeAllConnections()
  }
})
afterAll(() => {
  close()
})
beforeEach(() => {
  received = []
})

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part)
  received.push({ headers: req.headers, form: new URLSearchParams(Buffer.concat(parts).toString()), method: req.method ?? '' })
  const { status = 200, type = 'application/json', body = '', silent, drip } = answer
  if (silent) return
  res.writeHead(status, { 'content-type': type })
  if (!drip) {
    res.end(body)
    return
  }
  const timer = setInterval(() => res.write(' '), 20)
  res.on('close', () => {
    clearInterval(timer)
  })
}

const good = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r', scope: 'x y' }

const libraries: [string, (parts?: Parameters<typeof contextFor>[0]) => Context][] = [
  [
    'simple-oauth2',
    (parts = {}) => contextFor({ ...parts, provider: { tokenEndpoint: endpoint, ...parts.provider }, outbound: { ...parts.outbound } }),
  ],
  [
    'openid-client',
    (parts = {}) =>
      contextFor({
        ...parts,
        provider: { tokenEndpoint: endpoint, ...parts.provider },
        outbound: { fetch: globalThis.fetch, ...parts.outbound },
      }),
  ],
]

const form = { grant_type: 'authorization_code', code: 'the code', redirect_uri: 'https://app.example/cb', code_verifier: 'v'.repeat(43) }

describe.each(libraries)('By %s', (name, contextOf) => {
  const ask = (given: Answer, parts?: Parameters<typeof contextFor>[0]): Promise<Record<string, unknown>> => {
    answer = given
    return requestTokens(contextOf(parts), form, endpoint)
  }

  test('a token answer comes back as it is, and the form arrives as it was', async () => {
    expect(await ask({ body: JSON.stringify({ ...good, extra: { deep: [1] } }) })).toMatchObject({
      access_token: 'a',
      refresh_token: 'r',
      scope: 'x y',
      extra: { deep: [1] },
    })
    expect(received).toHaveLength(1)
    expect(Object.fromEntries(received[0]?.form ?? [])).toEqual(form)
    expect(received[0]?.method).toBe('POST')
    expect(received[0]?.headers).toMatchObject({
      accept: 'application/json',
      'user-agent': 'authrouter',
      'content-type': expect.stringContaining('application/x-www-form-urlencoded') as unknown,
    })
  })

  test.each<[string, Answer, string, string | undefined]>([
    ['an error', { status: 400, body: '{"error":"invalid_grant","error_description":"canary"}' }, 'provider_error', 'invalid_grant'],
    ['an error under 200', { body: '{"error":"bad_verification_code"}' }, 'provider_error', 'bad_verification_code'],
    [
      'an error object',
      { status: 400, body: '{"error":{"message":"canary","type":"OAuthException","code":190}}' },
      'provider_error',
      'OAuthException',
    ],
    ['401', { status: 401, body: '{"error":"invalid_client"}' }, 'provider_error', 'invalid_client'],
    ['500 and a page', { status: 500, type: 'text/html', body: '<h1>canary</h1>' }, 'provider_bad_response', undefined],
    ['503 and an error', { status: 503, body: '{"error":"temporarily_unavailable"}' }, 'provider_bad_response', undefined],
    ['200 and a page', { type: 'text/html', body: '<h1>canary</h1>' }, 'provider_bad_response', undefined],
    ['nothing', { body: '' }, 'provider_bad_response', undefined],
    ['half of it', { body: '{"access_token":"canary' }, 'provider_bad_response', undefined],
    ['a list', { body: '["canary"]' }, 'provider_bad_response', undefined],
    ['null', { body: 'null' }, 'provider_bad_response', undefined],
    ['a redirect', { status: 302, body: '' }, 'provider_bad_response', undefined],
    ['more than it may', { body: JSON.stringify({ ...good, padding: 'x'.repeat(2_000_000) }) }, 'provider_bad_response', undefined],
    ['silence', { silent: true }, 'provider_timeout', undefined],
    ['a drip', { drip: true }, 'provider_timeout', undefined],
  ])('%s is told as what it is, without repeating it', async (_what, given, code, providerError) => {
    const outbound = code === 'provider_timeout' ? { timeout: 100 } : {}
    const thrown: unknown = await ask(given, { outbound })
      .then((response) => readTokenResponse(response, { now: 0 }))
      .catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code })
    if (providerError !== undefined) expect(thrown).toMatchObject({ providerError })
    expect(`${JSON.stringify(thrown)}${String(thrown)}`).not.toContain('canary')
    expect(received).toHaveLength(1)
  })

  test.each(['application/vnd.api+json', 'text/plain', 'text/javascript'])('JSON called %s is JSON', async (type) => {
    expect(await ask({ type, body: JSON.stringify(good) })).toMatchObject({ access_token: 'a' })
  })

  test('a form-encoded answer is read where the entry says so', async () => {
    expect(
      await ask(
        { type: 'application/x-www-form-urlencoded', body: 'access_token=a%2Bb&expires_in=60&token_type=bearer' },
        { provider: { tokenResponseFormat: 'form' } },
      ),
    ).toMatchObject({ access_token: 'a+b', expires_in: '60' })
  })

  test('absent token types, null members and lists of scopes do not stop an answer', async () => {
    expect(await ask({ body: '{"access_token":"a","refresh_token":null,"scope":["x"],"expires_in":null}' })).toMatchObject({
      access_token: 'a',
    })
  })

  test('a hook may repair the answer', async () => {
    expect(
      await ask(
        { body: '{"data":{"access_token":"deep"}}' },
        { provider: { hooks: { tokenResponse: ({ data }) => ({ ...(data as object), token_type: 'Bearer' }) } } },
      ),
    ).toEqual({ access_token: 'deep', token_type: 'Bearer' })
  })

  const clientId = 'an id:+&%'
  const clientSecret = 'se-c.r_et*~ +&:%'
  test.each([
    ['basic', `Basic ${Buffer.from('an+id%3A%2B%26%25:se-c.r_et*%7E+%2B%26%3A%25').toString('base64')}`],
    ['basic_raw', `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`],
    [undefined, `Basic ${Buffer.from('an+id%3A%2B%26%25:se-c.r_et*%7E+%2B%26%3A%25').toString('base64')}`],
  ] as const)('clientAuth %p sends the header exactly', async (clientAuth, header) => {
    await ask(
      { body: JSON.stringify(good) },
      { client: { clientId, clientSecret }, provider: clientAuth === undefined ? {} : { clientAuth } },
    )
    expect(received[0]?.headers.authorization).toBe(header)
    expect(received[0]?.form.has('client_secret')).toBe(false)
  })

  test('clientAuth "post" sends id and secret in the form only', async () => {
    await ask({ body: JSON.stringify(good) }, { client: { clientId, clientSecret }, provider: { clientAuth: 'post' } })
    expect(received[0]?.headers.authorization).toBeUndefined()
    expect([received[0]?.form.get('client_id'), received[0]?.form.get('client_secret')]).toEqual([clientId, clientSecret])
  })

  test('other names, JSON and headers of the entry are used', async () => {
    await ask(
      { body: JSON.stringify(good) },
      { provider: { clientAuth: 'post', parameterNames: { client_id: 'client_key' }, apiHeaders: { 'x-version': '7' } } },
    )
    expect(received[0]?.form.get('client_key')).toBe('the-client')
    expect(received[0]?.headers['x-version']).toBe('7')
    await ask({ body: JSON.stringify(good) }, { provider: { tokenBodyFormat: 'json' } })
    expect(received[1]?.headers['content-type']).toContain('application/json')
  })

  test('a refresh that brings no new refresh token keeps the old one', async () => {
    const tokens: Tokens = { accessToken: 'old', tokenType: 'Bearer', refreshToken: 'the old one' }
    answer = { body: '{"access_token":"new","token_type":"bearer"}' }
    const { tokens: refreshed } = await protocol.exchange(contextOf(), { type: 'refresh_token', tokens })
    expect(refreshed).toMatchObject({ accessToken: 'new', refreshToken: 'the old one' })
    expect(Object.fromEntries(received[0]?.form ?? [])).toEqual({ grant_type: 'refresh_token', refresh_token: 'the old one' })
  })

  test("client credentials are asked for in the client's own name", async () => {
    answer = { body: '{"access_token":"own","token_type":"bearer"}' }
    const { tokens } = await protocol.exchange(contextOf(), { type: 'client_credentials', scope: ['x', 'y'] })
    expect(tokens.accessToken).toBe('own')
    expect(Object.fromEntries(received[0]?.form ?? [])).toEqual({ grant_type: 'client_credentials', scope: 'x y' })
  })

  test(`the library is ${name}`, async () => {
    await ask({ body: JSON.stringify(good) })
    // The fetch of the platform says how it asks; Wreck, which simple-oauth2 stands on, does not.
    expect(received[0]?.headers['sec-fetch-mode'] === undefined).toBe(name === 'simple-oauth2')
  })
})

describe('A client without a secret', () => {
  test('names itself in the form and proves nothing', async () => {
    answer = { body: JSON.stringify(good) }
    await requestTokens(contextFor({ client: { clientId: 'public' }, provider: { tokenEndpoint: endpoint } }), form, endpoint)
    expect(received[0]?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(received[0]?.form ?? [])).toEqual({ ...form, client_id: 'public' })
  })

  test('or does it by a function of its own', async () => {
    answer = { body: JSON.stringify(good) }
    const clientAuth = ({ headers, form: sent, clientId }: { headers: Headers; form: URLSearchParams; clientId: string }): void => {
      headers.set('x-client', clientId)
      sent.set('proof', 'p')
    }
    await requestTokens(contextFor({ provider: { tokenEndpoint: endpoint, clientAuth } }), form, endpoint)
    expect(received[0]?.headers['x-client']).toBe('the-client')
    expect(received[0]?.form.get('proof')).toBe('p')
  })
})
