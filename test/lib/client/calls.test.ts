import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApiClient, type ApiClient } from '../../../lib/client/apiClient.js'
import type { AuthUser, Context, ResolvedProvider, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../support/unitServer.js'

/** The API client against real servers: what goes over the wire, and what never does. */

const now = 1_800_000_000_000
const seconds = now / 1000
const user = {
  provider: 'invented',
  id: '7/../8 ü?#',
  key: 'k',
  name: 'Ada',
  nickname: '.',
  roles: [],
  loggedInAt: '',
  raw: {},
} satisfies AuthUser
let names = 0

interface Setup {
  api: SmallServer
  sink: SmallServer
  client: ApiClient
  account: { tokens: Tokens | undefined; writes: number }
}

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function set(
  answer: (request: Received, res: ServerResponse, sink: SmallServer) => void | Promise<void>,
  tokens: Partial<Tokens> = {},
  provider: Partial<ResolvedProvider> = {},
  outbound: Partial<Context['outbound']> = {},
): Promise<Setup> {
  const sink = await startServer((_request, res) => {
    res.end('stolen')
  })
  const api = await startServer((request, res) => answer(request, res, sink))
  open.push(api, sink)
  const account: Setup['account'] = { tokens: { accessToken: 'canary-access', tokenType: 'Bearer', ...tokens }, writes: 0 }
  const context = contextFor({
    now: () => now,
    outbound,
    provider: { tokenEndpoint: `${api.origin}/token`, apiBaseUrl: `${api.origin}/v1/`, ...provider },
  })
  const client = createApiClient(
    context,
    {
      source: {
        current: () => account.tokens,
        save: (refreshed) => {
          account.writes++
          account.tokens = refreshed
        },
      },
    },
    user,
  )
  return { api, sink, client, account }
}

const refreshable = (more: Partial<Tokens> = {}): Partial<Tokens> => ({
  refreshToken: `canary-refresh-${String(names++)}`,
  issuedAt: seconds - 3600,
  expiresAt: seconds - 1,
  ...more,
})
const isToken = ({ url }: Received): boolean => url === '/token'
const refreshedAnswer = { access_token: 'canary-new', token_type: 'bearer', expires_in: 3600 }

describe('A redirect', () => {
  test.each([301, 302, 303, 307, 308])('of status %i to another port is shown, and nothing goes there', async (status) => {
    const { client, sink } = await set((_request, res, { origin }) => {
      res.writeHead(status, { location: `${origin}/v1/a` }).end()
    })
    for (const method of ['GET', 'POST', 'HEAD'])
      expect(await client.request(method, 'a', method === 'POST' ? { form: { secret: 'x' } } : {})).toMatchObject({
        status,
        headers: { location: `${sink.origin}/v1/a` },
      })
    expect(sink.received).toEqual([])
  })

  test.each<[string, (api: string, sink: string) => string]>([
    ['another scheme', (api) => api.replace('http:', 'https:')],
    ['no scheme', (_api, sink) => sink.slice('http:'.length)],
    ['a backslash', (_api, sink) => `/\\${sink.slice('http://'.length)}/`],
    ['a name before the host', (api, sink) => `${api.replace('http://', 'http://x@')}`.replace(/x@.*/, `x@${sink.slice(7)}`)],
    ['javascript', () => 'javascript:alert(1)'],
    ['no address', () => 'http://['],
    ['nothing', () => ''],
  ])('with %s is not followed to anywhere else', async (_what, location) => {
    const { client, api, sink } = await set(({ url }, res, { origin }) => {
      if (url === '/v1/a') res.writeHead(302, { location: location(api.origin, origin) }).end()
      else res.end()
    })
    await client.get('a')
    expect(sink.received).toEqual([])
  })

  test.each<[number, string, string, string]>([
    [301, 'POST', 'GET', ''],
    [302, 'PUT', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'a=1'],
    [308, 'PATCH', 'PATCH', 'a=1'],
    [303, 'HEAD', 'HEAD', ''],
    [301, 'GET', 'GET', ''],
  ])('of status %i on its own origin turns %s into %s', async (status, method, expected, body) => {
    const { client, api } = await set(({ url }, res) => {
      if (url === '/v1/a') res.writeHead(status, { location: 'b' }).end()
      else res.end()
    })
    expect(await client.request(method, 'a', body === '' && expected === method ? {} : { form: { a: 1 } })).toMatchObject({ status: 200 })
    expect(api.received[1]).toMatchObject({ method: expected, url: '/v1/b', body, headers: { authorization: 'Bearer canary-access' } })
    expect(api.received[1]?.headers['content-type'] === undefined).toBe(body === '')
  })

  test.each<[number, string | undefined]>([
    [201, '/v1/created'],
    [200, '/v1/b'],
    [204, '/v1/b'],
    [300, '/v1/b'],
    [304, '/v1/b'],
    [305, '/v1/b'],
    [400, '/v1/b'],
    [302, undefined],
  ])('is none: status %i with the location %p', async (status, location) => {
    const { client, api } = await set((_request, res) => {
      res.writeHead(status, location === undefined ? {} : { location }).end()
    })
    expect((await client.post('a', { json: {} })).status).toBe(status)
    expect(api.received).toHaveLength(1)
  })

  test('is followed five times and no more', async () => {
    const { client, api } = await set((_request, res) => {
      res.writeHead(302, { location: '/v1/round' }).end()
    })
    expect((await client.get('a')).status).toBe(302)
    expect(api.received).toHaveLength(6)
  })
})

describe('The token', () => {
  test("never leaves for a host of the caller's, whatever the address", async () => {
    const { client, api, sink } = await set((_request, res) => {
      res.end()
    })
    const host = sink.origin.slice('http://'.length)
    for (const url of [
      `http://${host}/`,
      `//${host}/`,
      `/\\${host}`,
      `\\\\${host}`,
      `\t//${host}`,
      `http:/\\${host}`,
      `http:${host}`,
      `@${host}/x`,
      `.${host}`,
      `http://${api.origin.slice(7)}@${host}/`,
      `https://${host}/`,
      `HTTP://${host}`,
    ]) {
      for (const method of ['GET', 'POST']) await client.request(method, url, method === 'POST' ? { json: {} } : {}).catch(() => undefined)
    }
    expect(sink.received).toEqual([])
    // What did arrive is below the base.
    for (const { url } of api.received) expect(url).toMatch(/^\/v1\//)
  })

  test('goes to listed hosts, by their exact port', async () => {
    const { client, sink } = await set((_request, res) => {
      res.end()
    })
    await expect(client.get(`${sink.origin}/`)).rejects.toMatchObject({ code: 'host_not_allowed' })
    const listed = await set(
      (_request, res) => {
        res.end()
      },
      {},
      { apiHosts: [sink.origin.slice(7)] },
    )
    expect((await listed.client.get(`${sink.origin}/x`)).data).toBe('stolen')
    await expect(listed.client.get('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'host_not_allowed' })
  })

  test('does not follow a hook to another host', async () => {
    const moved = await startServer((_request, res) => {
      res.end()
    })
    open.push(moved)
    const { client } = await set(
      (_request, res) => {
        res.end()
      },
      {},
      { hooks: { apiRequest: (request) => ({ ...request, url: `${moved.origin}/v1/a` }) } },
    )
    await expect(client.get('a')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(moved.received).toEqual([])
    const other = await set(
      (_request, res) => {
        res.end()
      },
      {},
      {
        hooks: {
          apiRequest: (request, { accessToken }, { clientId }) => ({ ...request, url: `${request.url}?proof=${clientId}${accessToken}` }),
        },
      },
    )
    await other.client.get('a')
    expect(other.api.received[0]?.url).toBe('/v1/a?proof=the-clientcanary-access')
  })

  test('stands where the provider wants it, and nowhere else', async () => {
    const { client, api } = await set(
      (_request, res) => {
        res.end()
      },
      {},
      { tokenPlacement: 'query' },
    )
    await client.get('a?x=1', { query: { y: '2' } })
    expect(api.received[0]).toMatchObject({ url: '/v1/a?x=1&y=2&access_token=canary-access' })
    expect(api.received[0]?.headers.authorization).toBeUndefined()
  })
})

describe('An address', () => {
  test('is filled from the user, one segment for one field', async () => {
    const { client, api } = await set((_request, res) => {
      res.end()
    })
    // An id that would step out of the base is refused; one that is only odd is encoded.
    await expect(client.get('people/{id}')).rejects.toMatchObject({ code: 'path_escape' })
    await client.get('people/{name}/x?by={key}')
    expect(api.received[0]?.url).toBe('/v1/people/Ada/x?by=k')
    for (const path of ['people/{nickname}', 'people/{username}', 'people/{roles}', 'people/{raw}', 'people/{toString}'])
      await expect(client.get(path)).rejects.toMatchObject({ code: expect.stringMatching(/^(path_escape|bad_request)$/) as unknown })
    expect(api.received).toHaveLength(1)
  })
})

describe('Renewing', () => {
  test('a hundred calls on an ended token make one refresh and write it once', async () => {
    const { client, api, account } = await set((request, res) => {
      if (isToken(request))
        setTimeout(() => {
          sendJson(res, refreshedAnswer)
        }, 30)
      else sendJson(res, {}, request.headers.authorization === 'Bearer canary-new' ? 200 : 401)
    }, refreshable())
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.get('a')))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(api.received.filter(isToken)).toHaveLength(1)
    expect(account.writes).toBe(1)
  })

  test('a hundred calls that are all answered with 401 make one refresh', async () => {
    const { client, api, account } = await set(
      (request, res) => {
        if (isToken(request)) sendJson(res, refreshedAnswer)
        else sendJson(res, {}, request.headers.authorization === 'Bearer canary-new' ? 200 : 401)
      },
      refreshable({ expiresAt: seconds + 3600 }),
    )
    const answers = await Promise.all(Array.from({ length: 100 }, () => client.post('a', { json: { n: 1 } })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(api.received.filter(isToken)).toHaveLength(1)
    expect(account.writes).toBe(1)
    expect(api.received.filter(({ body }) => body === '{"n":1}').length).toBeGreaterThan(100)
  })

  test('a 401 that stays makes one refresh and one retry', async () => {
    const { client, api } = await set(
      (request, res) => {
        if (isToken(request)) sendJson(res, refreshedAnswer)
        else sendJson(res, {}, 401)
      },
      refreshable({ expiresAt: seconds + 3600 }),
    )
    expect((await client.get('a')).status).toBe(401)
    expect(api.received.map(({ url }) => url)).toEqual(['/v1/a', '/token', '/v1/a'])
  })

  test.each([400, 403, 404, 407, 429, 500])('a %i makes none', async (status) => {
    const { client, api } = await set(
      (_request, res) => {
        sendJson(res, {}, status)
      },
      refreshable({ expiresAt: seconds + 3600 }),
    )
    expect((await client.get('a')).status).toBe(status)
    expect(api.received).toHaveLength(1)
  })

  test('a token that is due is refreshed ahead, one that is not is used', async () => {
    const due = await set(
      (request, res) => {
        sendJson(res, isToken(request) ? refreshedAnswer : {})
      },
      refreshable({ issuedAt: seconds - 2881, expiresAt: seconds + 719 }),
    )
    await due.client.get('a')
    expect(due.api.received.map(({ url, headers }) => [url, headers.authorization?.split(' ')[0]])).toEqual([
      ['/token', 'Basic'],
      ['/v1/a', 'Bearer'],
    ])
    const fresh = await set(
      (_request, res) => {
        sendJson(res, {})
      },
      refreshable({ issuedAt: seconds - 2800, expiresAt: seconds + 800 }),
    )
    await fresh.client.get('a')
    expect(fresh.api.received.map(({ url }) => url)).toEqual(['/v1/a'])
  })

  test.each<[string, (res: ServerResponse) => void]>([
    [
      'an error of its own',
      (res) => {
        sendJson(res, {}, 503)
      },
    ],
    [
      'a page',
      (res) => {
        res.end('<html>')
      },
    ],
    ['silence', () => undefined],
    [
      'a broken connection',
      (res) => {
        res.destroy()
      },
    ],
  ])('ahead of time, answered with %s, leaves the access that still holds', async (_what, fail) => {
    const { client, account } = await set(
      (request, res) => {
        if (isToken(request)) fail(res)
        else sendJson(res, { by: request.headers.authorization })
      },
      refreshable({ expiresAt: seconds + 30 }),
      {},
      { timeout: 1_000 },
    )
    expect((await client.get('a')).data).toEqual({ by: 'Bearer canary-access' })
    expect(account.tokens?.accessToken).toBe('canary-access')
  })

  test('of an access that has ended, answered with an error, throws and keeps the tokens', async () => {
    const { client, api, account } = await set((_request, res) => {
      sendJson(res, {}, 503)
    }, refreshable())
    await expect(client.get('a')).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(api.received.every(isToken)).toBe(true)
    expect(account.tokens?.refreshToken).toContain('canary-refresh')
  })

  test('does not write over the tokens of a new sign-in', async () => {
    const setup = await set((request, res) => {
      if (!isToken(request)) {
        sendJson(res, { by: request.headers.authorization })
        return
      }
      setup.account.tokens = { accessToken: 'of the new sign-in', tokenType: 'Bearer' }
      sendJson(res, refreshedAnswer)
    }, refreshable())
    expect((await setup.client.get('a')).data).toEqual({ by: 'Bearer of the new sign-in' })
    expect(setup.account).toEqual({ tokens: { accessToken: 'of the new sign-in', tokenType: 'Bearer' }, writes: 0 })
  })

  test('is not made where another call or a new sign-in has brought other tokens meanwhile', async () => {
    const setup = await set(
      (request, res) => {
        setup.account.tokens = { accessToken: 'newer', tokenType: 'Bearer', refreshToken: 'canary-newer' }
        sendJson(res, {}, request.headers.authorization === 'Bearer newer' ? 200 : 401)
      },
      refreshable({ expiresAt: seconds + 3600 }),
    )
    expect((await setup.client.get('a')).status).toBe(200)
    expect(setup.api.received.map(({ url }) => url)).toEqual(['/v1/a', '/v1/a'])
  })

  test('does not bring back an account that was signed out meanwhile', async () => {
    const setup = await set((request, res) => {
      setup.account.tokens = undefined
      sendJson(res, isToken(request) ? refreshedAnswer : {})
    }, refreshable())
    await expect(setup.client.get('a')).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(setup.account).toEqual({ tokens: undefined, writes: 0 })
    expect(setup.api.received).toHaveLength(1)
  })
})

describe('An answer', () => {
  test('of no content, and of bytes, is given as it is', async () => {
    const bytes = Buffer.from([0, 255, 1, 254])
    const { client } = await set(({ url }, res) => {
      if (url === '/v1/none') res.writeHead(204).end()
      else res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes)
    })
    expect(await client.delete('none')).toMatchObject({ status: 204, ok: true, data: undefined })
    expect(Buffer.from((await client.get('bytes')).bytes())).toEqual(bytes)
  })

  test('is cut off at ten megabytes, or where the caller says', async () => {
    const { client } = await set((_request, res) => {
      res.end('x'.repeat(2_000_000))
    })
    expect((await client.get<string>('a')).data).toHaveLength(2_000_000)
    await expect(client.get('a', { maxBytes: 1_999_999 })).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('is waited for as long as the caller says', async () => {
    const { client } = await set(() => undefined)
    await expect(client.get('a', { timeout: 50 })).rejects.toMatchObject({ code: 'provider_timeout' })
    await expect(client.get('a', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  test('under a __proto__ of its own changes nobody', async () => {
    const { client } = await set(({ url }, res) => {
      res.setHeader('content-type', url === '/v1/form' ? 'application/x-www-form-urlencoded' : 'application/json')
      res.end(url === '/v1/form' ? '__proto__=x&a=1' : '{"__proto__":{"admin":true}}')
    })
    for (const path of ['json', 'form']) expect(((await client.get(path)).data as { admin?: unknown }).admin).toBeUndefined()
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })
})
