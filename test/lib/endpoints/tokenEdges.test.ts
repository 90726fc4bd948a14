import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import { requestTokens } from '../../../lib/endpoints/token.js'
import { readTokenResponse } from '../../../lib/tokens/tokens.js'
import type { Context } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../support/unitServer.js'

/** Where the two libraries could go different ways, or somewhere they should not. */

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function serve(answer: (request: Received, res: ServerResponse) => void): Promise<SmallServer> {
  const server = await startServer(answer)
  open.push(server)
  return server
}

type Parts = NonNullable<Parameters<typeof contextFor>[0]>
const canaries = { client: { clientId: 'the-client', clientSecret: 'canary-client-secret' } }
const libraries: [string, (parts: Parts) => Context][] = [
  ['simple-oauth2', (parts) => contextFor({ ...canaries, ...parts })],
  ['openid-client', (parts) => contextFor({ ...canaries, ...parts, outbound: { fetch: globalThis.fetch, ...parts.outbound } })],
]
const form = {
  grant_type: 'authorization_code',
  code: 'canary-code',
  redirect_uri: 'https://app.example/cb',
  code_verifier: 'canary-verifier-0123456789012345678901234567',
}
const good = { access_token: 'a', token_type: 'Bearer' }

describe.each(libraries)('By %s', (_name, contextOf) => {
  const ask = async (answer: (res: ServerResponse) => void, parts: Parts = {}): Promise<Record<string, unknown>> => {
    const { origin } = await serve((_request, res) => {
      answer(res)
    })
    return requestTokens(contextOf(parts), form, `${origin}/token`)
  }

  test('a path that begins with two slashes is a path, not a host', async () => {
    const { origin, received } = await serve((_request, res) => {
      sendJson(res, good)
    })
    const sink = await serve((_request, res) => {
      sendJson(res, good)
    })
    await requestTokens(contextOf({}), form, `${origin}//${sink.origin.slice('http://'.length)}/token?x=1`)
    expect(sink.received).toEqual([])
    expect(received[0]?.url).toBe(`//${sink.origin.slice('http://'.length)}/token?x=1`)
  })

  test.each([301, 302, 303, 307, 308])(
    'a redirect of status %i is neither followed nor an answer, though it brings tokens',
    async (status) => {
      const sink = await serve((_request, res) => {
        sendJson(res, good)
      })
      const { origin, received } = await serve((_request, res) => {
        res.writeHead(status, { location: `${sink.origin}/token`, 'content-type': 'application/json' }).end(JSON.stringify(good))
      })
      await expect(requestTokens(contextOf({}), form, `${origin}/token`)).rejects.toMatchObject({ code: 'provider_bad_response' })
      expect([received.length, sink.received.length]).toEqual([1, 0])
    },
  )

  test.each<[string, number, object, string | undefined]>([
    ['tokens under 400', 400, good, 'provider_bad_response'],
    ['tokens under 500', 500, good, 'provider_bad_response'],
    ['tokens under 201', 201, good, undefined],
    ['an error beside null', 200, { access_token: null, error: 'invalid_grant' }, 'provider_error'],
    ['null for an error', 200, { ...good, error: null }, undefined],
    ['an error by its number', 400, { error: 400 }, 'provider_error'],
    ['an error that is a list', 400, { error: ['invalid_grant'] }, 'provider_bad_response'],
  ])('%s is told apart', async (_what, status, body, code) => {
    const call = ask((res) => {
      sendJson(res, body, status)
    })
    if (code === undefined) await expect(call).resolves.toMatchObject({ access_token: 'a' })
    else await expect(call).rejects.toMatchObject({ code, provider: 'invented' })
  })

  test.each<[string, unknown]>([
    ['{}', {}],
    ['""', ''],
    ['7', 7],
    ['true', true],
    ['a list', ['a']],
  ])('an access token that is %s is none', async (_what, accessToken) => {
    await expect(
      ask((res) => {
        sendJson(res, { ...good, access_token: accessToken })
      }).then((response) => readTokenResponse(response, { now: 0 })),
    ).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('a hook sees the answer first: it may find the token where it stands, or say that there is an error', async () => {
    const deep = { data: { token: 'deep' } }
    const hooks = {
      tokenResponse: ({ data }: Record<string, unknown>) => ({ access_token: (data as { token: string }).token, token_type: 'Bearer' }),
    }
    expect(
      await ask(
        (res) => {
          sendJson(res, deep)
        },
        { provider: { hooks } },
      ),
    ).toEqual({ access_token: 'deep', token_type: 'Bearer' })
    const failing = { tokenResponse: ({ errcode }: Record<string, unknown>) => ({ error: `code_${String(errcode)}` }) }
    await expect(
      ask(
        (res) => {
          sendJson(res, { errcode: 40029 })
        },
        { provider: { hooks: failing } },
      ),
    ).rejects.toMatchObject({ code: 'provider_error', providerError: 'code_40029' })
  })

  test.each<[string, (res: ServerResponse) => void]>([
    [
      'an error that repeats everything',
      (res) => {
        sendJson(res, { error: 'invalid_grant', error_description: 'canary-code canary-client-secret', hint: 'canary' }, 400)
      },
    ],
    [
      'a page that repeats everything',
      (res) => {
        res.writeHead(500).end('<h1>canary-code canary-client-secret</h1>')
      },
    ],
    [
      'a broken connection',
      (res) => {
        res.destroy()
      },
    ],
    [
      'a broken body',
      (res) => {
        res.writeHead(200, { 'content-length': '99' })
        res.write('{"access_token":"canary', () => {
          res.destroy()
        })
      },
    ],
    ['silence', () => undefined],
  ])('%s leaves no secret in what is thrown', async (_what, answer) => {
    const thrown: unknown = await ask(answer, { outbound: { timeout: 100 } }).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: expect.stringMatching(/^provider_/) as unknown, provider: 'invented' })
    expect(`${inspect(thrown, { depth: 9 })}${JSON.stringify(thrown)}${String(thrown)}`).not.toContain('canary')
  })

  test('a call has one deadline for everything, twice that of others', async () => {
    const outbound = { timeout: 600 }
    const started = performance.now()
    await expect(
      ask(
        (res) => {
          setTimeout(() => {
            res.writeHead(200, { 'content-type': 'application/json' }).write('{')
          }, 900)
        },
        { outbound },
      ),
    ).rejects.toMatchObject({ code: 'provider_timeout' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_190)
    // A deadline that began anew with the answer would end after 2,100 ms at the earliest.
    expect(performance.now() - started).toBeLessThan(2_100)
    await expect(
      ask(
        (res) => {
          setTimeout(() => {
            sendJson(res, good)
          }, 700)
        },
        { outbound },
      ),
    ).resolves.toMatchObject(good)
  })

  test('an answer is as large as it may be and no larger', async () => {
    const padded = { ...good, padding: 'x'.repeat(900) }
    await expect(
      ask(
        (res) => {
          sendJson(res, padded)
        },
        { outbound: { maxBytes: 1_000 } },
      ),
    ).resolves.toMatchObject(good)
    await expect(
      ask(
        (res) => {
          res.writeHead(200, { 'content-type': 'application/json' })
          res.write(JSON.stringify(padded))
          res.end(' '.repeat(100))
        },
        { outbound: { maxBytes: 1_000 } },
      ),
    ).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('a member called __proto__ changes nobody', async () => {
    const call = ask((res) => {
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"access_token":"a","token_type":"bearer","__proto__":{"admin":true}}')
    })
    const response = await call.catch(() => ({}))
    expect((response as { admin?: unknown }).admin).toBeUndefined()
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })
})

describe('A node:http agent of the application', () => {
  test('makes the calls of simple-oauth2 as it is: one agent, its own fields, its kept connection', async () => {
    class Counting extends Agent {
      #connections = 0
      get connections(): number {
        return this.#connections
      }
      override createConnection(...given: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
        this.#connections++
        return super.createConnection(...given)
      }
    }
    const agent = new Counting({ keepAlive: true })
    const { origin, received } = await serve((_request, res) => {
      sendJson(res, good)
    })
    for (let round = 0; round < 3; round++) await requestTokens(contextFor({ outbound: { agent } }), form, `${origin}/token`)
    expect([received.length, agent.connections]).toEqual([3, 1])
    agent.destroy()
  })
})

describe('A form-encoded answer', () => {
  test.each([
    ['access_token=123&expires_in=3600&refresh_token=456', { access_token: '123', expires_in: '3600', refresh_token: '456' }],
    ['error=bad_code&error_description=canary', undefined],
    ['<html>access_token=1</html>', undefined],
    ['', undefined],
  ])('%j', async (body, expected) => {
    const { origin } = await serve((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' }).end(body)
    })
    const call = requestTokens(contextFor({ provider: { tokenResponseFormat: 'form' } }), form, `${origin}/token`)
    if (expected) await expect(call).resolves.toEqual(expected)
    else await expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^provider_(error|bad_response)$/) as unknown })
  })

  test('has no token type of its own, so the entry says which', () => {
    const answer = { access_token: '123', expires_in: '3600' }
    expect(() => readTokenResponse(answer, { now: 0 })).toThrow(expect.objectContaining({ code: 'provider_bad_response' }) as never)
    expect(readTokenResponse(answer, { now: 0, defaultTokenType: 'bearer' })).toMatchObject({
      accessToken: '123',
      tokenType: 'Bearer',
      expiresAt: 3600,
    })
  })
})

interface Row {
  status: number
  body?: string | Record<string, unknown>
  out?: Record<string, string>
  stored?: { access_token: string; scope: string[] }
  error?: string
}
const { oauth2 } = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8')) as { oauth2: { token_response: Row[] } }

test('The vectors are four answers', () => {
  expect(oauth2.token_response.map(({ status, body }) => [status, typeof body])).toEqual([
    [500, 'undefined'],
    [200, 'string'],
    [200, 'object'],
    [200, 'object'],
  ])
})

test.each(oauth2.token_response)('The vector of status $status with $body', async ({ status, body, out, stored, error }) => {
  const { origin } = await serve((_request, res) => {
    res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body ?? ''))
  })
  // Two of them leave the type out, which RFC 6749 asks for and an entry may make up for.
  const provider = typeof body === 'string' ? { tokenResponseFormat: 'form' as const } : {}
  const call = requestTokens(contextFor({ provider }), form, `${origin}/token`).then((response) =>
    readTokenResponse(response, { now: 0, defaultTokenType: 'bearer' }),
  )
  if (error !== undefined) {
    await expect(call).rejects.toMatchObject({ code: 'provider_bad_response' })
    return
  }
  const tokens = await call
  expect(tokens.accessToken).toBe(out?.['access_token'] ?? stored?.access_token)
  if (out) expect(tokens).toMatchObject({ refreshToken: '456', expiresAt: 3600 })
  if (stored) expect(tokens.scope).toBe(stored.scope.join(' '))
})

test('A provider with its own ways is asked by GET, or under its own names', async () => {
  const { origin, received } = await serve((_request, res) => {
    sendJson(res, good)
  })
  const context = (provider: Parts['provider']): Context => contextFor({ ...canaries, ...(provider ? { provider } : {}) })
  await requestTokens(context({ tokenMethod: 'GET', clientAuth: 'post' }), form, `${origin}/token?v=2`)
  const asked = new URL(received[0]?.url ?? '', origin)
  expect(received[0]).toMatchObject({ method: 'GET', body: '' })
  expect(received[0]?.headers['content-type']).toBeUndefined()
  expect(Object.fromEntries(asked.searchParams)).toEqual({
    v: '2',
    ...form,
    client_id: 'the-client',
    client_secret: 'canary-client-secret',
  })
  await requestTokens(
    context({ clientAuth: 'post', parameterNames: { code: 'auth_code', client_secret: 'secret' } }),
    form,
    `${origin}/token`,
  )
  expect(Object.fromEntries(new URLSearchParams(received[1]?.body))).toMatchObject({
    auth_code: 'canary-code',
    secret: 'canary-client-secret',
    client_id: 'the-client',
  })
  expect(received[1]?.body).not.toMatch(/(^|&)(code|client_secret)=/)
})
