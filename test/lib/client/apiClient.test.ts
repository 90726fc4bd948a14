import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { createApiClient, type ApiClient } from '../../../lib/client/apiClient.js'
import { apiUrl } from '../../../lib/client/calls/apiUrl.js'
import type { AuthUser, Context, HttpRequest, HttpResponse, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

const user = {
  provider: 'invented',
  id: 'a/b ü',
  key: 'k',
  name: 'Ada',
  username: '..',
  roles: [],
  loggedInAt: '',
  raw: {},
} satisfies AuthUser
const base = contextFor({ provider: { apiHosts: ['uploads.example'] } })
const hour = 3600

interface Played {
  client: ApiClient
  sent: HttpRequest[]
  kept: Tokens[]
  held: { tokens: Tokens | undefined }
}

/** A client whose requests go to a function of the test. */
function play(
  answer: (request: HttpRequest) => Partial<HttpResponse> & { json?: unknown },
  tokens: Partial<Tokens> = {},
  parts: Partial<Context> = {},
): Played {
  const sent: HttpRequest[] = []
  const kept: Tokens[] = []
  const held: { tokens: Tokens | undefined } = { tokens: { accessToken: 'canary-access', tokenType: 'Bearer', ...tokens } }
  const http = (request: HttpRequest): Promise<HttpResponse> => {
    sent.push(request)
    const { json, ...response } = answer(request)
    return Promise.resolve({
      status: 200,
      headers: json === undefined ? {} : { 'content-type': 'application/json' },
      body: Buffer.from(json === undefined ? '' : JSON.stringify(json)),
      ...response,
    })
  }
  // A fetch of the application's makes the token call go the same way.
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const { status, headers, body } = await http({
      method: init.method ?? 'GET',
      url: String(url),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body as string,
    })
    return new Response(Buffer.from(body), { status, headers })
  }
  const context = contextFor({ ...parts, http, outbound: { fetch: fetch }, provider: base.provider })
  const client = createApiClient(
    context,
    {
      source: {
        current: () => held.tokens,
        save: (refreshed) => {
          if (refreshed) kept.push(refreshed)
          held.tokens = refreshed
        },
      },
    },
    user,
  )
  return { client, sent, kept, held }
}

describe('The address of an API call', () => {
  test.each([
    ['user/repos', 'https://api.example/v1/user/repos'],
    ['/user', 'https://api.example/v1/user'],
    ['a?b=c', 'https://api.example/v1/a?b=c'],
    ['a/../b', 'https://api.example/v1/b'],
    ['https://api.example/other', 'https://api.example/other'],
    ['https://uploads.example/x', 'https://uploads.example/x'],
    ['people/{id}', 'https://api.example/v1/people/a%2Fb%20%C3%BC'],
    ['a:b', undefined],
    ['', 'https://api.example/v1/'],
  ])('%j is %s', (path, expected) => {
    if (expected === undefined) expect(() => apiUrl(base, path, user)).toThrow()
    else expect(apiUrl(base, path, user).href).toBe(expected)
  })

  test.each([
    'https://sink.example/',
    '//sink.example/x',
    'https:/\\sink.example',
    '/\\sink.example',
    '\\\\sink.example',
    '\t//sink.example',
    'https:x',
    'http://api.example/v1/',
    'https://api.example:8443/',
    'https://api.example@sink.example/',
    'https://user@api.example/v1/',
    'https://api.example.sink.example/',
    'ftp://api.example/',
    'javascript:alert(1)',
    'HTTPS://SINK.example',
    'http:\n//sink.example',
  ])('%j never leaves', (path) => {
    expect(() => apiUrl(base, path, user)).toThrow(expect.objectContaining({ code: 'host_not_allowed' }))
  })

  test.each([
    '../admin',
    '../../admin',
    'a/../../admin',
    '%2e%2e/admin',
    '..%2fadmin',
    'a/..%2F..%2Fadmin',
    '..;/admin',
    'a/..;/..;/admin',
    '%252e%252e%252fadmin',
    '..%5cadmin',
    'people/{username}/repos',
  ])('%j may not step out of the base', (path) => {
    expect(() => apiUrl(base, path, user)).toThrow(expect.objectContaining({ code: 'path_escape' }))
  })

  test('names only fields that the user has', () => {
    expect(() => apiUrl(base, 'people/{email}', user)).toThrow(/\{email\}/)
    expect(() => apiUrl(base, 'people/{constructor}', user)).toThrow()
  })

  test('that may not be called is refused before anything is sent', async () => {
    const { client, sent } = play(() => ({}))
    await expect(client.get('https://sink.example/')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(sent).toEqual([])
  })
})

describe('A call', () => {
  test('carries query, JSON, form and headers, and the token', async () => {
    const { client, sent } = play(() => ({ json: { ok: true } }))
    const answer = await client.get<{ ok: boolean }>('a', {
      query: { n: 1, list: ['x', 'y z'], none: undefined },
      headers: { 'X-Own': 'v' },
    })
    expect(answer).toMatchObject({ status: 200, ok: true, data: { ok: true } })
    expect(Buffer.from(answer.bytes()).toString()).toBe('{"ok":true}')
    await client.post('a', { json: { x: 'ü' } })
    await client.put('a', { form: { a: ['1', '2'], b: 'c d' } })
    await client.patch('a', { body: 'text', headers: { 'content-type': 'text/plain' } })
    await client.delete('a')
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', 'https://api.example/v1/a?n=1&list=x&list=y+z', undefined],
      ['POST', 'https://api.example/v1/a', '{"x":"ü"}'],
      ['PUT', 'https://api.example/v1/a', 'a=1&a=2&b=c+d'],
      ['PATCH', 'https://api.example/v1/a', 'text'],
      ['DELETE', 'https://api.example/v1/a', undefined],
    ])
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer canary-access', 'x-own': 'v', accept: 'application/json' })
    expect(sent[2]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' })
  })

  test.each(['Authorization', 'host', 'Cookie', 'Proxy-Authorization', 'Transfer-Encoding', 'x\ny'])(
    'may not set the header %j',
    async (name) => {
      await expect(play(() => ({})).client.get('a', { headers: { [name]: 'x' } })).rejects.toMatchObject({ code: 'bad_request' })
    },
  )

  test('may not hold a line break in a header, nor in its method', async () => {
    const { client } = play(() => ({}))
    await expect(client.get('a', { headers: { 'x-a': 'b\r\nc: d' } })).rejects.toMatchObject({ code: 'bad_request' })
    await expect(client.request('GET /x\r\n', 'a')).rejects.toMatchObject({ code: 'bad_request' })
  })

  test.each([
    ['text/plain', 'x', 'x'],
    ['application/xml', '<a/>', '<a/>'],
    ['application/hal+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['application/x-www-form-urlencoded', 'a=1&b=2', { a: '1', b: '2' }],
  ])('reads %s', async (type, body, data) => {
    expect((await play(() => ({ headers: { 'content-type': type }, body: Buffer.from(body) })).client.get('a')).data).toEqual(data)
  })

  test.each<[string, string, string]>([
    ['text/html; charset=ISO-8859-1', 'latin1', 'ü'],
    ['text/xml; Charset="utf-16le"', 'utf16le', '<ü/>'],
    ['text/plain; charset=unheard-of', 'utf8', 'ü'],
    ['text/plain; charset=UTF8', 'utf8', 'ü'],
    ['', 'utf8', 'ü'],
  ])('reads %j as it is written', async (type, encoding, text) => {
    expect(
      (await play(() => ({ headers: { 'content-type': type }, body: Buffer.from(text, encoding as BufferEncoding) })).client.get('a')).data,
    ).toBe(text)
  })

  test('leaves out of query and form what is undefined', async () => {
    const { client, sent } = play(() => ({}))
    await client.post('a', { query: { a: undefined, b: false }, form: { c: undefined, d: 0, e: [] } })
    expect(sent[0]).toMatchObject({ url: 'https://api.example/v1/a?b=false', body: 'd=0' })
  })

  test('that is answered with broken JSON throws', async () => {
    await expect(
      play(() => ({ headers: { 'content-type': 'application/json' }, body: Buffer.from('{') })).client.get('a'),
    ).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('that fails at the API is no exception', async () => {
    expect(await play(() => ({ status: 503 })).client.get('a')).toMatchObject({ status: 503, ok: false, data: undefined })
  })

  test('follows a redirect on its own origin, and leaves any other to the caller', async () => {
    const own = play(({ url }) => (url.endsWith('/a') ? { status: 302, headers: { location: '/v1/b' } } : { json: url }))
    expect((await own.client.get('a')).data).toBe('https://api.example/v1/b')
    expect(own.sent[1]?.headers).toMatchObject({ authorization: 'Bearer canary-access' })
    for (const location of ['https://sink.example/', 'http://api.example/v1/b', 'https://api.example:444/', '//sink.example/']) {
      const foreign = play(() => ({ status: 307, headers: { location } }))
      expect((await foreign.client.post('a', { json: {} })).status).toBe(307)
      expect(foreign.sent).toHaveLength(1)
    }
    const round = play(() => ({ status: 302, headers: { location: '/v1/a' } }))
    expect((await round.client.get('a')).status).toBe(302)
    expect(round.sent).toHaveLength(6)
  })

  test('of an account that was signed out throws', async () => {
    const { client, held, sent } = play(() => ({}))
    held.tokens = undefined
    await expect(client.get('a')).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(() => client.credentials.accessToken).toThrow()
    expect(sent).toEqual([])
  })
})

describe('Renewing', () => {
  const now = 1_800_000_000_000
  const ended: Partial<Tokens> = { issuedAt: now / 1000 - 2 * hour, expiresAt: now / 1000 - hour, refreshToken: 'canary-refresh' }
  let round = 0
  const parts = { now: () => now }
  const refreshed = { access_token: 'canary-new', token_type: 'bearer', expires_in: hour }
  const fresh = (): Partial<Tokens> => ({ ...ended, refreshToken: `canary-refresh-${String(round++)}` })

  test('happens once for a hundred calls at the same time', async () => {
    const { client, sent, kept } = play(({ url }) => ({ json: url.endsWith('/token') ? refreshed : { ok: true } }), fresh(), parts)
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.get('a')))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(sent.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1)
    expect(sent.filter(({ headers }) => headers?.['authorization'] === 'Bearer canary-new')).toHaveLength(100)
    expect(kept.at(-1)).toMatchObject({
      accessToken: 'canary-new',
      refreshToken: expect.stringContaining('canary-refresh') as unknown,
      expiresAt: now / 1000 + hour,
    })
  })

  test('after a 401 happens once, and the call is made once more', async () => {
    const { client, sent } = play(
      ({ url, headers }) =>
        url.endsWith('/token') ? { json: refreshed } : { status: headers?.['authorization'] === 'Bearer canary-new' ? 200 : 401 },
      { ...fresh(), expiresAt: now / 1000 + hour },
      parts,
    )
    expect((await client.get('a')).status).toBe(200)
    expect(sent.map(({ url }) => url.replace(/.*\//, ''))).toEqual(['a', 'token', 'a'])
    const stubborn = play(
      ({ url }) => (url.endsWith('/token') ? { json: refreshed } : { status: 401 }),
      { ...fresh(), expiresAt: now / 1000 + hour },
      parts,
    )
    expect((await stubborn.client.get('a')).status).toBe(401)
    expect(stubborn.sent).toHaveLength(3)
  })

  test('that the provider refuses asks for a new sign-in', async () => {
    const { client, kept } = play(
      ({ url }) => (url.endsWith('/token') ? { status: 400, json: { error: 'invalid_grant' } } : {}),
      fresh(),
      parts,
    )
    await expect(client.get('a')).rejects.toMatchObject({ code: 'reauth_required', providerError: 'invalid_grant' })
    expect(kept).toEqual([])
  })

  test('ahead of time that fails for a moment leaves the access that still holds', async () => {
    const { client, sent } = play(
      ({ url }) => (url.endsWith('/token') ? { status: 500 } : { json: 1 }),
      { ...fresh(), expiresAt: now / 1000 + 30 },
      parts,
    )
    expect((await client.get('a')).data).toBe(1)
    expect(sent.map(({ url }) => url.replace(/.*\//, ''))).toEqual(['token', 'a'])
  })
})

test('Nothing that is printed or sent shows a token', async () => {
  const { client } = play(() => ({}), {
    refreshToken: 'canary-refresh',
    idToken: 'canary-id',
    tokenSecret: 'canary-secret',
    expiresAt: 9e9,
  })
  const thrown: unknown = await client.get('//sink.example').catch((error: unknown) => error)
  const { credentials } = client
  for (const value of [client, credentials, { ...credentials }, [client], thrown]) {
    for (const text of [
      inspect(value, { depth: 9, showHidden: true, getters: false }),
      inspect(value, { depth: 9 }),
      JSON.stringify(value),
      Object.prototype.toString.call(value),
    ])
      expect(text).not.toContain('canary')
  }
  expect(credentials.accessToken).toBe('canary-access')
})
