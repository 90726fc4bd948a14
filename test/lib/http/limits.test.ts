import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Agent } from 'undici'
import { asFetch, createHttp, toResponse } from '../../../lib/http/http.js'
import type { Http, HttpRequest, Outbound } from '../../../lib/types.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function serve(...answer: Parameters<typeof startServer>): Promise<SmallServer> {
  const server = await startServer(...answer)
  open.push(server)
  return server
}

/** A server of bytes, for what an HTTP server will not say. */
async function serveBytes(bytes: string, end = true): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (end) socket.end(bytes, 'latin1')
      else socket.write(bytes, 'latin1')
    })
  })
  const sockets = new Set<{ destroy: () => void }>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close: () => {
      sockets.forEach((socket) => {
        socket.destroy()
      })
      return new Promise((resolve) => server.close(resolve))
    },
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
}

const limits: Outbound = { timeout: 60_000, maxBytes: 1_000 }
const brief = 100
const both = (of: Outbound): [string, Http][] => [
  ['undici', createHttp(of).http],
  ['a fetch of the application', createHttp({ ...of, fetch: globalThis.fetch }).http],
]
const ways = both(limits)
const never = (): Promise<never> => new Promise(() => undefined)

describe.each(ways)('By %s', (_name, http) => {
  test('a header is sent once, however it is written, and the later one wins', async () => {
    const { origin, received } = await serve((_request, res) => {
      res.end()
    })
    await http({
      method: 'GET',
      url: origin,
      headers: { accept: 'application/json', Accept: 'application/vnd.x+json', 'User-Agent': 'own', 'Accept-Encoding': 'br' },
    })
    const sent = received[0]?.rawHeaders.filter((_value, index) => index % 2 === 0).map((name) => name.toLowerCase()) ?? []
    expect(new Set(sent).size).toBe(sent.length)
    expect(received[0]?.headers).toMatchObject({ accept: 'application/vnd.x+json', 'user-agent': 'own', 'accept-encoding': 'br' })
  })

  test('an answer that never ends is cut off, and the connection with it', async () => {
    let closed: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      closed = resolve
    })
    const { origin } = await serve((_request, res) => {
      const timer = setInterval(() => {
        res.write('x'.repeat(600))
      }, 5)
      res.on('close', () => {
        clearInterval(timer)
        closed()
      })
    })
    await expect(http({ method: 'GET', url: origin })).rejects.toMatchObject({
      code: 'provider_bad_response',
      message: expect.stringContaining('1000 bytes') as unknown,
    })
    await ended
  })

  test('an answer of exactly the limit is whole', async () => {
    const { origin } = await serve((_request, res) => {
      res.end('x'.repeat(1_000))
    })
    expect((await http({ method: 'GET', url: origin })).body).toHaveLength(1_000)
  })

  test.each([301, 302, 303, 307, 308])('a redirect of status %i is an answer, not a way', async (status) => {
    const sink = await serve((_request, res) => {
      res.end()
    })
    const { origin, received } = await serve((_request, res) => {
      res.writeHead(status, { location: `${sink.origin}/` }).end('here')
    })
    const answer = await http({ method: 'POST', url: origin, headers: { authorization: 'Bearer canary' }, body: 'secret=canary' })
    expect(answer).toMatchObject({ status, headers: { location: `${sink.origin}/` } })
    expect([received.length, sink.received.length]).toEqual([1, 0])
  })

  test.each<[string, string]>([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['an invalid status', 'HTTP/1.1 abc\r\n\r\n'],
    ['a body cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx'],
    ['nothing', ''],
    ['a header with a NUL', 'HTTP/1.1 200 OK\r\nx: \0\r\n\r\n'],
    ['200 KB of headers', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`],
  ])('%s is a bad response', async (_what, bytes) => {
    const url = await serveBytes(bytes)
    await expect(http({ method: 'GET', url })).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('headers that begin and never end are a timeout', async () => {
    const url = await serveBytes('HTTP/1.1 200 OK\r\nx: y\r\n', false)
    await expect(http({ method: 'GET', url, timeout: brief })).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test.each<[string, Partial<HttpRequest>]>([
    ['method', { method: 'GET /\r\nx: y' }],
    ['address', { url: 'canary' }],
    ['header name', { headers: { 'a\nb': 'c' } }],
    ['header value', { headers: { authorization: 'Bearer canary\r\nx: y' } }],
  ])('a request with a bad %s is refused without showing it', async (_what, part) => {
    const { origin, received } = await serve((_request, res) => {
      res.end()
    })
    const thrown: unknown = await http({ method: 'GET', url: origin, ...part }).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'provider_bad_response' })
    expect(`${inspect(thrown)}${JSON.stringify(thrown)}${String(thrown)}`).not.toContain('canary')
    expect(received).toEqual([])
  })

  test("the caller's signal ends a call that waits for the body, and one that has not begun", async () => {
    const { origin, received } = await serve((_request, res) => {
      res.write('half')
    })
    const controller = new AbortController()
    const call = http({ method: 'GET', url: origin, signal: controller.signal })
    while (received.length === 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    setTimeout(() => {
      controller.abort(new Error('enough'))
    }, 50)
    await expect(call).rejects.toThrow('enough')
    const before = received.length
    await expect(http({ method: 'GET', url: origin, signal: AbortSignal.abort(new Error('before it began')) })).rejects.toThrow(
      'before it began',
    )
    expect(received).toHaveLength(before)
  })

  test('a signal that outlives its calls keeps nothing of them', async () => {
    const { origin } = await serve((_request, res) => {
      res.end()
    })
    const { signal } = new AbortController()
    for (let round = 0; round < 15; round++) await http({ method: 'GET', url: origin, signal })
    const warnings: unknown[] = []
    const listen = (warning: Error): void => {
      warnings.push(warning.name)
    }
    process.on('warning', listen)
    await http({ method: 'GET', url: origin, signal })
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })
})

describe.each(both({ ...limits, timeout: brief }))('By %s in a hurry', (_name, http) => {
  test('the limit of a request wins over that of all', async () => {
    const { origin } = await serve((_request, res) => {
      setTimeout(() => res.end('late'), 2 * brief)
    })
    const { timeout } = limits
    await expect(http({ method: 'GET', url: origin, timeout })).resolves.toMatchObject({ status: 200 })
    await expect(http({ method: 'GET', url: origin })).rejects.toMatchObject({ code: 'provider_timeout' })
    await expect(http({ method: 'GET', url: origin, timeout, maxBytes: 3 })).rejects.toMatchObject({ code: 'provider_bad_response' })
    await expect(http({ method: 'GET', url: origin, timeout, maxBytes: 4 })).resolves.toMatchObject({ status: 200 })
  })
})

describe('A fetch of the application', () => {
  const withFetch = (fetch: (...input: unknown[]) => unknown): Http =>
    createHttp({ ...limits, fetch: fetch as typeof globalThis.fetch }).http

  test.each<[string, () => unknown]>([
    ['never answers', never],
    ['answers with a body that never comes', () => Promise.resolve(new Response(new ReadableStream()))],
    [
      'answers with a body that begins and never ends',
      () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start: (controller) => {
                controller.enqueue(new Uint8Array(1))
              },
            }),
          ),
        ),
    ],
  ])('that passes over its signal and %s is given up', async (_what, fetch) => {
    await expect(withFetch(fetch)({ method: 'GET', url: 'https://id.example/', timeout: brief })).rejects.toMatchObject({
      code: 'provider_timeout',
    })
    const controller = new AbortController()
    const call = withFetch(fetch)({ method: 'GET', url: 'https://id.example/', signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  test('that throws, or answers with nothing of use, is a bad response', async () => {
    for (const fetch of [
      () => {
        throw new TypeError('canary')
      },
      () => Promise.reject(new Error('canary')),
      () => undefined,
      () => ({}),
    ]) {
      const thrown: unknown = await withFetch(fetch)({ method: 'GET', url: 'https://id.example/' }).catch((error: unknown) => error)
      expect(thrown).toMatchObject({ code: 'provider_bad_response' })
      expect(inspect(thrown)).not.toContain('canary')
    }
  })

  test('that passes over its signal does not begin for a caller who has gone', async () => {
    await expect(
      withFetch(never)({ method: 'GET', url: 'https://id.example/', signal: AbortSignal.abort(new Error('before it began')) }),
    ).rejects.toThrow('before it began')
  })

  test('that cannot connect in time is a timeout', async () => {
    const late = Object.assign(new Error('canary'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
    await expect(withFetch(() => Promise.reject(late))({ method: 'GET', url: 'https://id.example/' })).rejects.toMatchObject({
      code: 'provider_timeout',
    })
  })

  test('is asked to follow nothing, with headers, body and signal', async () => {
    const asked: unknown[][] = []
    await withFetch((...input) => {
      asked.push(input)
      return new Response('x')
    })({ method: 'POST', url: 'https://id.example/', headers: { 'X-A': 'b' }, body: 'c' })
    expect(asked).toEqual([
      [
        'https://id.example/',
        {
          method: 'POST',
          redirect: 'manual',
          body: 'c',
          signal: expect.any(AbortSignal),
          headers: { 'accept-encoding': 'identity', 'user-agent': 'authrouter', 'x-a': 'b' },
        },
      ],
    ])
  })

  test('that unpacks is measured by what came out', async () => {
    const { origin } = await serve((_request, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000)))
    })
    await expect(createHttp({ ...limits, fetch: globalThis.fetch }).http({ method: 'GET', url: origin })).rejects.toMatchObject({
      code: 'provider_bad_response',
    })
  })

  test('brings every cookie, as the other way does', async () => {
    const { origin } = await serve((_request, res) => {
      res.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end()
    })
    for (const [, http] of ways) expect((await http({ method: 'GET', url: origin })).headers['set-cookie']).toBe('a=1, b=2')
  })
})

test('A dispatcher of the application makes the calls', async () => {
  let connections = 0
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    connections++
    return dispatch(options, handler)
  })
  const { origin } = await serve((_request, res) => {
    res.end('x')
  })
  await createHttp({ ...limits, dispatcher }).http({ method: 'GET', url: origin })
  expect(connections).toBe(1)
  await dispatcher.close()
})

describe('As a fetch', () => {
  const sent: HttpRequest[] = []
  const fetch = asFetch(
    (request) => {
      sent.push(request)
      return Promise.resolve({ status: 200, headers: { 'x-a': 'b' }, body: Buffer.from('{"a":1}') })
    },
    { timeout: 7, maxBytes: 8 },
  )

  test.each<[string, unknown, string | undefined]>([
    ['text', 'a=b', 'a=b'],
    ['a form', new URLSearchParams({ a: 'b c' }), 'a=b+c'],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['bytes', new Uint8Array([97]), 'a'],
    ['a buffer', new Uint8Array([97]).buffer, 'a'],
    ['a blob', new Blob(['a']), 'a'],
  ])('it sends %s', async (_what, body, expected) => {
    const response = await fetch('https://id.example/', { method: 'POST', headers: new Headers({ 'X-Y': 'z' }), body })
    expect(await response.json()).toEqual({ a: 1 })
    expect(response.headers.get('x-a')).toBe('b')
    const last = sent.at(-1)
    expect(last?.body === undefined ? undefined : Buffer.from(last.body as string).toString()).toBe(expected)
    expect(last).toMatchObject({ method: 'POST', headers: { 'x-y': 'z' }, timeout: 7, maxBytes: 8 })
  })

  test('it asks with GET unless told, and hands the signal on', async () => {
    const { signal } = new AbortController()
    await fetch('https://id.example/', { signal })
    expect(sent.at(-1)).toMatchObject({ method: 'GET', signal })
  })

  test.each([204, 205, 304])('status %i has no body', (status) => {
    expect(toResponse({ status, headers: {}, body: Buffer.from('x') }).body).toBeNull()
  })
})

test('JSON of a provider arrives byte for byte', async () => {
  const { origin } = await serve((_request, res) => {
    sendJson(res, { text: 'ü✓' })
  })
  expect(Buffer.from((await createHttp(limits).http({ method: 'GET', url: origin })).body).toString()).toBe('{"text":"ü✓"}')
})

test.each<[string, number, string]>([
  ['HEAD', 200, 'gzip'],
  ['GET', 204, 'gzip'],
  ['GET', 304, 'deflate'],
  ['GET', 200, 'gzip'],
])('An empty answer to %s of status %i that says "%s" is empty', async (method, status, encoding) => {
  const { origin } = await serve((_request, res) => {
    res.writeHead(status, { 'content-encoding': encoding }).end()
  })
  expect(await createHttp(limits).http({ method, url: origin })).toMatchObject({
    status,
    body: expect.objectContaining({ length: 0 }) as unknown,
  })
})

test.each(['gzip', 'br', 'x'])('An answer that is not what "%s" says is never more than it was', async (encoding) => {
  const { origin } = await serve((_request, res) => {
    res.writeHead(200, { 'content-encoding': encoding }).end('plain text')
  })
  const answer = createHttp(limits).http({ method: 'GET', url: origin })
  if (encoding === 'gzip') await expect(answer).rejects.toMatchObject({ code: 'provider_bad_response' })
  else expect((await answer).body).toHaveLength(10)
})
