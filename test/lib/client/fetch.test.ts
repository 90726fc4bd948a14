import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createHttp } from '../../../lib/http/http.js'
import { refreshableTokens, startApi, type ApiAnswer, type ApiParts, type ApiSetup } from '../../support/apiClient.js'
import { sendJson } from '../../support/unitServer.js'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function start(answer: ApiAnswer, parts: ApiParts = {}): Promise<ApiSetup> {
  const setup = await startApi(answer, parts)
  open.push(setup)
  return setup
}

/** A stream of so many chunks, each given when it is asked for. */
function streamOf(chunks: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const next = iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(Buffer.from(next.value))
    },
  })
}

const transports: [string, ApiParts][] = [
  ['undici', {}],
  ['a fetch of the application', { outbound: { fetch: globalThis.fetch } }],
]

describe.each(transports)('fetch by %s', (_transport, parts) => {
  test("gives the platform's Response, signed and with the user filled in", async () => {
    const { client, api } = await start(
      (_request, res) => {
        res.setHeader('x-seen', 'yes')
        sendJson(res, { a: 1 }, 201)
      },
      { ...parts, provider: { apiHeaders: { 'x-version': '3' } } },
    )
    const response = await client.fetch('people/{id}?a=b', { headers: new Headers({ 'X-Own': 'v' }) })
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.ok, response.headers.get('x-seen'), response.url, response.redirected]).toEqual([
      201,
      true,
      'yes',
      `${api.origin}/v1/people/7?a=b`,
      false,
    ])
    expect(await response.json()).toEqual({ a: 1 })
    expect(api.received[0]).toMatchObject({
      method: 'GET',
      url: '/v1/people/7?a=b',
      headers: { authorization: 'Bearer canary-access', 'x-own': 'v', 'x-version': '3', accept: '*/*' },
    })
  })

  test('takes a URL, and headers in every shape', async () => {
    const { client, api } = await start((_request, res) => {
      res.end()
    }, parts)
    for (const headers of [{ 'x-a': '1' }, [['x-a', '1']] as [string, string][], new Headers([['x-a', '1']])])
      await (await client.fetch(new URL(`${api.origin}/v1/x`), { headers })).text()
    expect(api.received.map(({ url, headers }) => [url, headers['x-a']])).toEqual(Array.from({ length: 3 }, () => ['/v1/x', '1']))
  })

  test.each<[string, () => NonNullable<Parameters<ApiSetup['client']['fetch']>[1]>['body'], string | undefined, string | RegExp]>([
    ['text', () => 'ü', 'text/plain;charset=UTF-8', 'ü'],
    ['a form', () => new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
    ['bytes', () => new Uint8Array([97, 98]), undefined, 'ab'],
    ['a part of bytes', () => new Uint8Array([97, 98, 99]).subarray(1), undefined, 'bc'],
    ['a buffer', () => new Uint8Array([97]).buffer, undefined, 'a'],
    ['a blob', () => new Blob(['{}'], { type: 'application/json' }), 'application/json', '{}'],
    ['a stream', () => streamOf(['a', 'b']), undefined, 'ab'],
    ['nothing', () => null, undefined, ''],
  ])('sends %s', async (_what, body, type, text) => {
    const { client, api } = await start((_request, res) => {
      res.end()
    }, parts)
    await (await client.fetch('a', { method: 'post', body: body() ?? null })).text()
    expect(api.received[0]).toMatchObject({ method: 'POST', body: text })
    expect(api.received[0]?.headers['content-type']).toBe(type)
  })

  test("sends a multipart form, and a type of the caller's", async () => {
    const { client, api } = await start((_request, res) => {
      res.end()
    }, parts)
    const form = new FormData()
    form.set('file', new Blob(['content']), 'name.txt')
    await (await client.fetch('a', { method: 'POST', body: form })).text()
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(api.received[0]?.headers['content-type'] ?? '')?.[1]
    expect(api.received[0]?.body).toContain(`${boundary ?? '?'}\r\nContent-Disposition: form-data; name="file"; filename="name.txt"`)
    await (await client.fetch('a', { method: 'POST', body: 'x', headers: { 'Content-Type': 'application/own' } })).text()
    expect(api.received[1]?.headers['content-type']).toBe('application/own')
  })

  test('reads as it comes', async () => {
    let more = (): void => undefined
    const { client } = await start((_request, res) => {
      res.write('one')
      more = () => res.end('two')
    }, parts)
    const reader = (await client.fetch('a')).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one')
    more()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two')
    expect((await reader?.read())?.done).toBe(true)
  })

  test.each<[string, number]>([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 205],
    ['GET', 304],
  ])('to %s with status %i has no body', async (method, status) => {
    const { client } = await start((_request, res) => {
      res.writeHead(status, { 'content-encoding': 'gzip' }).end()
    }, parts)
    const response = await client.fetch('a', { method })
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('unpacks what was not asked for, and an empty answer is empty', async () => {
    const { client } = await start(({ url }, res) => {
      res
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(url === '/v1/empty' ? undefined : url === '/v1/broken' ? 'plain text' : gzipSync('x'.repeat(100_000)))
    }, parts)
    const response = await client.fetch('a')
    expect(await response.text()).toHaveLength(100_000)
    expect(response.headers.get('content-encoding')).toBeNull()
    if (parts.outbound === undefined) expect(await (await client.fetch('empty')).text()).toBe('')
    await expect((await client.fetch('broken')).text()).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test("ends with the caller's signal, before the headers and after", async () => {
    const { client } = await start(({ url }, res) => {
      if (url === '/v1/body') res.write('half')
    }, parts)
    const early = new AbortController()
    const call = client.fetch('headers', { signal: early.signal })
    early.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    const late = new AbortController()
    const reader = (await client.fetch('body', { signal: late.signal })).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('half')
    const rest = reader?.read()
    late.abort(new Error('enough'))
    await expect(rest).rejects.toThrow('enough')
    const unread = new AbortController()
    const body = (await client.fetch('body', { signal: unread.signal })).body
    unread.abort(new Error('enough'))
    await expect(body?.getReader().closed).rejects.toThrow('enough')
  })

  test('that is cut off in the middle ends with an error', async () => {
    const { client } = await start((_request, res) => {
      res.writeHead(200, { 'content-length': '10' })
      res.write('half', () => {
        res.destroy()
      })
    }, parts)
    const reading = client.fetch('a').then((response) => response.text())
    await expect(reading).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('is given up when nothing is said', async () => {
    const { client } = await start(() => undefined, { ...parts, outbound: { ...parts.outbound, timeout: 60 } })
    await expect(client.fetch('a')).rejects.toMatchObject({ code: 'provider_timeout' })
    await expect(client.fetch('a', { method: 'POST', body: streamOf(['a', 'b']) })).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('gives time to a large upload as long as it goes on, and not to one that stalls', async () => {
    const { client, api } = await start(
      (_request, res) => {
        res.end()
      },
      { ...parts, outbound: { ...parts.outbound, timeout: 1_000 } },
    )
    await (await client.fetch('a', { method: 'POST', body: streamOf(Array.from({ length: 250 }, () => 'x')) })).text()
    expect(api.received[0]?.body).toHaveLength(250)
    await expect(client.fetch('a', { method: 'POST', body: new ReadableStream<Uint8Array>(), idleTimeout: 80 })).rejects.toMatchObject({
      code: 'provider_timeout',
    })
  })

  test('with a body that fails is a failed call, and the body is told when the call ends', async () => {
    const { client } = await start(() => undefined, parts)
    await expect(
      client.fetch('a', {
        method: 'POST',
        body: new ReadableStream<Uint8Array>({
          pull() {
            throw new Error('canary')
          },
        }),
      }),
    ).rejects.toMatchObject({ code: 'provider_bad_response' })
    let cancelled = (): void => undefined
    const told = new Promise<void>((resolve) => {
      cancelled = resolve
    })
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        stream.enqueue(Buffer.from('x'))
      },
      cancel: () => {
        cancelled()
      },
    })
    const controller = new AbortController()
    const call = client.fetch('a', { method: 'POST', signal: controller.signal, body })
    setTimeout(() => {
      controller.abort(new Error('enough'))
    }, 30)
    await expect(call).rejects.toThrow('enough')
    await told
  })
})

describe('A redirect of fetch', () => {
  const moved =
    (status: number): ApiAnswer =>
    ({ url }, res) => {
      if (url === '/v1/a') res.writeHead(status, { location: 'b' }).end('moved')
      else res.end('there')
    }

  test.each<[number, string, string]>([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'x'],
    [308, 'POST', 'x'],
  ])('of status %i on the same host is followed as %s', async (status, method, body) => {
    const { client, api } = await start(moved(status))
    const response = await client.fetch('a', { method: 'POST', body: 'x', headers: { 'content-language': 'en' } })
    expect([await response.text(), response.url, response.redirected]).toEqual(['there', `${api.origin}/v1/b`, true])
    expect(api.received[1]).toMatchObject({ method, body, headers: { authorization: 'Bearer canary-access' } })
    expect(api.received[1]?.headers['content-language']).toBe(body === '' ? undefined : 'en')
  })

  test('is not followed with a stream that it wants repeated, and is without it', async () => {
    for (const [status, expected] of [
      [303, 'there'],
      [307, 'moved'],
      [308, 'moved'],
    ] as const) {
      const { client, api } = await start(moved(status))
      expect(await (await client.fetch('a', { method: 'POST', body: streamOf(['x']) })).text()).toBe(expected)
      expect(api.received.map(({ body }) => body)).toEqual(expected === 'there' ? ['x', ''] : ['x'])
    }
  })

  test('is given or thrown where the caller says so', async () => {
    const { client, api } = await start(moved(302))
    const response = await client.fetch('a', { redirect: 'manual' })
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([302, 'b', 'moved'])
    await expect(client.fetch('a', { redirect: 'error' })).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(api.received).toHaveLength(2)
  })

  test('does not show a token that was put into the address', async () => {
    const { client } = await start(moved(302), { provider: { tokenPlacement: 'query' } })
    expect((await client.fetch('a')).url).not.toContain('canary')
  })
})

describe('A stream and a signature', () => {
  const oauth1 = { provider: { protocol: 'oauth1' as const }, tokens: { tokenSecret: 'canary-secret' } }

  test('go together where the signature does not cover the body', async () => {
    const { client, api } = await start((_request, res) => {
      res.end()
    }, oauth1)
    await (await client.fetch('a', { method: 'POST', body: streamOf(['x', 'y']), headers: { 'content-type': 'image/png' } })).text()
    expect(api.received[0]).toMatchObject({
      body: 'xy',
      headers: { authorization: expect.stringContaining('oauth_signature=') as unknown },
    })
  })

  test('do not for a form, which the signature covers', async () => {
    const { client, api } = await start((_request, res) => {
      res.end()
    }, oauth1)
    await expect(
      client.fetch('a', { method: 'POST', body: streamOf(['a=b']), headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ).rejects.toMatchObject({ code: 'bad_request' })
    const hashed = await start(
      (_request, res) => {
        res.end()
      },
      { ...oauth1, provider: { ...oauth1.provider, bodyHash: true } },
    )
    await expect(hashed.client.fetch('a', { method: 'POST', body: streamOf(['x']) })).rejects.toMatchObject({ code: 'bad_request' })
    expect(hashed.api.received).toEqual([])
    await (await hashed.client.fetch('a', { method: 'POST', body: 'x' })).text()
    expect(hashed.api.received[0]?.headers.authorization).toContain('oauth_body_hash=')
    const hooked = await start(
      (_request, res) => {
        res.end()
      },
      { provider: { hooks: { apiRequest: (request) => ({ ...request, body: 'of the hook' }) } } },
    )
    await expect(hooked.client.fetch('a', { method: 'POST', body: streamOf(['a=b']) })).rejects.toMatchObject({ code: 'bad_request' })
    expect([api.received, hooked.api.received]).toEqual([[], []])
    await (await client.fetch('a', { method: 'POST', body: new URLSearchParams({ a: 'b' }) })).text()
    expect(api.received[0]?.body).toBe('a=b')
  })

  test('do not keep the token from a header where a form would carry it', async () => {
    const { client, api } = await start(
      (_request, res) => {
        res.end()
      },
      { provider: { tokenPlacement: 'body' } },
    )
    await (
      await client.fetch('a', { method: 'POST', body: streamOf(['a=b']), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    ).text()
    await (await client.fetch('a', { method: 'POST', body: new URLSearchParams({ a: 'b' }) })).text()
    expect(api.received.map(({ body, headers }) => [body, headers.authorization])).toEqual([
      ['a=b', 'Bearer canary-access'],
      ['a=b&access_token=canary-access', undefined],
    ])
  })
})

test('A token that is due is refreshed before fetch uses it', async () => {
  const { client, api } = await start(
    ({ url }, res) => {
      sendJson(res, url === '/token' ? { access_token: 'canary-new', token_type: 'bearer', expires_in: 3600 } : {})
    },
    { tokens: { ...refreshableTokens(), expiresAt: 1 } },
  )
  await (await client.fetch('a')).text()
  expect(api.received.map(({ url, headers }) => [url, headers.authorization?.startsWith('Bearer canary-new')])).toEqual([
    ['/token', false],
    ['/v1/a', true],
  ])
})

describe('A large answer', () => {
  /** A server that sends chunks as long as somebody takes them, and counts. */
  async function flood(
    chunk: Uint8Array,
    limit: number,
    every = 0,
    headers: Record<string, string> = {},
  ): Promise<{ url: string; sent: () => number; closed: Promise<void> }> {
    let sent = 0
    let gone = (): void => undefined
    const closed = new Promise<void>((resolve) => {
      gone = resolve
    })
    const server = createServer((_req, res) => {
      res.on('close', gone).on('error', () => undefined)
      res.writeHead(200, headers)
      void (async () => {
        while (sent < limit && !res.destroyed) {
          sent += chunk.byteLength
          if (!res.write(chunk)) await Promise.race([once(res, 'drain').catch(() => undefined), closed])
          if (every > 0) await new Promise((resolve) => setTimeout(resolve, every))
        }
        res.end()
      })()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => {
            resolve()
          })
          server.closeAllConnections()
        }),
    })
    return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, sent: () => sent, closed }
  }
  const megabyte = 1024 * 1024
  const chunk = Buffer.alloc(256 * 1024, 'x')
  const clientAt = async (url: string, parts: ApiParts = {}): Promise<ApiSetup['client']> =>
    (await start(() => undefined, { ...parts, provider: { apiBaseUrl: url } })).client

  test('of 200 MB is cut off at ten, and the connection with it', async () => {
    const { url, sent, closed } = await flood(chunk, 200 * megabyte)
    await expect((await clientAt(url)).get('')).rejects.toMatchObject({ code: 'provider_bad_response' })
    await closed
    expect(sent()).toBeLessThan(40 * megabyte)
  })

  test('of 200 MB comes through fetch without being kept', async () => {
    const { url } = await flood(chunk, 200 * megabyte)
    let size = 0
    for await (const part of (await (await clientAt(url)).fetch('')).body as unknown as AsyncIterable<Uint8Array>) size += part.byteLength
    expect(size).toBe(200 * megabyte)
  })

  test('that nobody reads is not taken from the server', async () => {
    const { url, sent, closed } = await flood(chunk, 200 * megabyte)
    const response = await (await clientAt(url)).fetch('')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(sent()).toBeLessThan(40 * megabyte)
    await response.body?.cancel()
    await closed
  })

  test('of a gzip bomb is cut off at ten megabytes, and unpacked piece by piece by fetch', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * megabyte))
    const { url } = await flood(bomb, 1, 0, { 'content-encoding': 'gzip' })
    await expect((await clientAt(url)).get('')).rejects.toMatchObject({ code: 'provider_bad_response' })
    const again = await flood(bomb, 1, 0, { 'content-encoding': 'gzip' })
    const reader = (await (await clientAt(again.url)).fetch('')).body?.getReader()
    expect((await reader?.read())?.value?.byteLength).toBeLessThan(megabyte)
    await reader?.cancel()
    await again.closed
  })

  test('that drips ends with the deadline of get, and not of fetch', async () => {
    const { url, closed } = await flood(Buffer.from('.'), 12, 20)
    await expect((await clientAt(url)).get('', { timeout: 100 })).rejects.toMatchObject({ code: 'provider_timeout' })
    await closed
    const drip = await flood(Buffer.from('.'), 12, 100)
    expect(await (await (await clientAt(drip.url)).fetch('', { timeout: 1_000, idleTimeout: 10_000 })).text()).toBe('............')
  })

  test('that stops in the middle ends with the idle limit, which runs only while somebody reads', async () => {
    const server = createServer((_req, res) => {
      res.write('half')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => {
            resolve()
          })
          server.closeAllConnections()
        }),
    })
    const client = await clientAt(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)
    const reader = (await client.fetch('', { idleTimeout: 60 })).body?.getReader()
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('half')
    await expect(reader?.read()).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('is waited for without end where the caller says so', async () => {
    const { url } = await flood(Buffer.from('.'), 3, 50)
    expect(await (await (await clientAt(url)).fetch('', { timeout: Infinity, idleTimeout: Infinity })).text()).toBe('...')
  })

  test('that never ends is cut off by cancelling, and by leaving the loop', async () => {
    const { url, closed } = await flood(chunk, Infinity)
    for await (const _part of (await (await clientAt(url)).fetch('')).body as unknown as AsyncIterable<Uint8Array>) break
    await closed
  })
})

test('Both ways out share their connections', async () => {
  const sockets = new Set<unknown>()
  const server = createServer((_req, res) => {
    res.end('x')
  }).on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  })
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
  const { http, openStream } = createHttp({ timeout: 60_000, maxBytes: 100 })
  for (let round = 0; round < 10; round++) {
    await http({ method: 'GET', url })
    await new Response((await openStream({ method: 'GET', url })).body).text()
  }
  const shared = sockets.size
  // A call may begin before the connection of the last one is known to be free.
  expect(shared).toBeLessThanOrEqual(2)
  await createHttp({ timeout: 60_000, maxBytes: 100 }).http({ method: 'GET', url })
  expect(sockets.size).toBe(shared + 1)
})

test('A signal that outlives its streams keeps nothing of them', async () => {
  const { client } = await start((_request, res) => {
    res.end('x')
  })
  const { signal } = new AbortController()
  const warnings: unknown[] = []
  const listen = (warning: Error): void => {
    warnings.push(warning.name)
  }
  process.on('warning', listen)
  for (let round = 0; round < 15; round++) await (await client.fetch('a', { signal })).text()
  process.off('warning', listen)
  expect(warnings).toEqual([])
})
