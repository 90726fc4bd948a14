import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type LookupFunction, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from '@jest/globals'
import { sendByGenericGrant } from '../../../lib/endpoints/genericGrant.js'
import { sendBySimpleOauth2 } from '../../../lib/endpoints/simpleOauth2.js'
import type { SendTokenRequest } from '../../../lib/endpoints/tokenErrors.js'
import { createHttp } from '../../../lib/http/http.js'
import type { Context } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

const tokens = '{"access_token":"a","token_type":"bearer"}'
const form = { grant_type: 'authorization_code', code: 'the-code', redirect_uri: 'https://app.example/cb' }
const limits = { timeout: 20_000, maxBytes: 100_000 }

interface Counted {
  server: Server
  origin: string
  sockets: Socket[]
  /** Paths in the order in which they came. */
  requests: string[]
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A server that announces nothing of how long it keeps connections. */
async function serve(answer: (res: ServerResponse, path: string, count: number) => void): Promise<Counted> {
  const sockets: Socket[] = []
  const requests: string[] = []
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      requests.push(req.url ?? '')
      answer(res, req.url ?? '', requests.length)
    })
  })
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, sockets, requests }
}

function answerTokens(res: ServerResponse): void {
  res.setHeader('content-type', 'application/json')
  res.end(tokens)
}

function contextOfRouter(): Context {
  const context = contextFor({ outbound: limits })
  ends.push(context.connections.close)
  return context
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const libraries: [string, SendTokenRequest][] = [
  ['simple-oauth2', sendBySimpleOauth2],
  ['openid-client', sendByGenericGrant],
]

test('All that goes to one origin shares one connection, whichever library sends it', async () => {
  const { origin, sockets, requests } = await serve(answerTokens)
  const context = contextOfRouter()
  for (let login = 0; login < 50; login++) {
    for (const [, send] of libraries) await send(context, form, `${origin}/token`)
    await context.http({ method: 'GET', url: `${origin}/userinfo` })
  }
  expect([requests.length, sockets.length]).toEqual([150, 1])
})

test('As many are opened as were in use at the same time, at most 256 to one origin, and the rest wait for one', async () => {
  const waiting: ServerResponse[] = []
  const { origin, sockets } = await serve((res) => waiting.push(res))
  const { http } = contextOfRouter()
  const answers = Array.from({ length: 300 }, () => http({ method: 'GET', url: origin }))
  await until(() => waiting.length === 256)
  expect(sockets).toHaveLength(256)
  for (const res of waiting.splice(0)) answerTokens(res)
  await until(() => waiting.length === 44)
  for (const res of waiting) answerTokens(res)
  expect(await Promise.all(answers)).toHaveLength(300)
  expect(sockets).toHaveLength(256)
})

test('Two routers share none, nor do the filtered and the unfiltered connections of one', async () => {
  const { origin, sockets } = await serve(answerTokens)
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  }
  const url = origin.replace('127.0.0.1', 'id.internal')
  const ways = [true, false].map((publicOnly) => createHttp({ ...limits, privateHosts: ['id.internal'] }, { publicOnly, lookup }))
  const filtered = ways[0]?.http
  await filtered?.({ method: 'GET', url })
  await filtered?.({ method: 'GET', url })
  await ways[1]?.http({ method: 'GET', url: origin })
  await contextOfRouter().http({ method: 'GET', url: origin })
  expect(sockets).toHaveLength(3)
  for (const { connections } of ways) connections.close()
})

test('Closing ends the connections that wait at once, and the others when they are not needed any more', async () => {
  const held: ServerResponse[] = []
  const { origin, sockets } = await serve((res, path) => (path === '/held' ? held.push(res) : answerTokens(res)))
  const { http, connections } = contextOfRouter()
  const slow = http({ method: 'GET', url: `${origin}/held` })
  await http({ method: 'GET', url: origin })
  await until(() => held.length === 1)
  connections.close()
  await until(() => sockets.filter(({ destroyed }) => destroyed).length === 1)
  for (const res of held) answerTokens(res)
  expect((await slow).status).toBe(200)
  await until(() => sockets.every(({ destroyed }) => destroyed))
  // What still comes is carried out, and its connection not kept.
  expect((await http({ method: 'GET', url: origin })).status).toBe(200)
  await until(() => sockets.length === 3 && sockets.every(({ destroyed }) => destroyed))
})

test('A connection is not kept for longer than the server says', async () => {
  const { origin, sockets } = await serve((res) => {
    res.setHeader('keep-alive', 'timeout=1')
    answerTokens(res)
  })
  const { http } = contextOfRouter()
  await http({ method: 'GET', url: origin })
  await http({ method: 'GET', url: origin })
  expect(sockets).toHaveLength(2)
})

test('Connecting takes three seconds at most, TLS included, however long the call may take', async () => {
  const silent = createTcpServer((socket) => ends.push(() => socket.destroy())).listen(0, '127.0.0.1')
  ends.push(() => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const context = contextFor({ outbound: { ...limits, timeout: 60_000 } })
  const start = Date.now()
  const calls = [
    context.http({ method: 'GET', url: `https://127.0.0.1:${String(port)}/` }),
    ...libraries.map(([, send]) => send(context, form, `https://127.0.0.1:${String(port)}/token`)),
  ]
  for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ reason: { code: 'provider_timeout' } })
  expect(Date.now() - start).toBeLessThan(30_000)
})

describe.each(libraries)('A token request by %s', (_name, send) => {
  test('does without a kept connection that the server has closed in between', async () => {
    const { origin, sockets, requests } = await serve(answerTokens)
    const context = contextOfRouter()
    for (let login = 1; login <= 3; login++) {
      await send(context, form, `${origin}/token`)
      sockets.at(-1)?.end()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect([requests.length, sockets.length]).toEqual([3, 3])
  })

  test('does without a connection that the server closes right after its answer, unannounced', async () => {
    const { origin, sockets, requests } = await serve((res) => {
      answerTokens(res)
      res.socket?.end()
    })
    const context = contextOfRouter()
    for (let login = 1; login <= 50; login++) await send(context, form, `${origin}/token`)
    expect([requests.length, sockets.length]).toEqual([50, 50])
  })

  test('is not lost on a connection whose end has arrived and not been read yet', async () => {
    // It closes the connection while this thread is busy.
    const worker = new Worker(
      `const { createServer } = require('node:http')
       const { parentPort } = require('node:worker_threads')
       let requests = 0
       const server = createServer((req, res) => req.resume().on('end', () => {
         requests++
         res.setHeader('content-type', 'application/json')
         res.end('${tokens}')
         setTimeout(() => req.socket.end(), 50)
       }))
       server.keepAliveTimeout = 0
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
       parentPort.on('message', () => parentPort.postMessage(requests))`,
      { eval: true },
    )
    ends.push(() => worker.terminate())
    const [port] = (await once(worker, 'message')) as [number]
    const context = contextOfRouter()
    for (let login = 1; login <= 5; login++) {
      await send(context, form, `http://127.0.0.1:${String(port)}/token`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
    }
    worker.postMessage('count')
    expect(await once(worker, 'message')).toEqual([5])
  })

  test('is sent once where the connection ends after the server has read it: the code may be used up', async () => {
    const { origin, requests } = await serve((res, _path, count) => {
      if (count === 1) answerTokens(res)
      else res.socket?.destroy()
    })
    const context = contextOfRouter()
    await send(context, form, `${origin}/token`)
    await expect(send(context, form, `${origin}/token`)).rejects.toMatchObject({
      code: 'provider_bad_response',
      message: 'The provider could not be reached.',
    })
    expect(requests).toHaveLength(2)
  })

  test('is sent once where the connection ends in the middle of the answer', async () => {
    const { origin, requests } = await serve((res, _path, count) => {
      if (count === 1) {
        answerTokens(res)
        return
      }
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      res.write('{"access_token":', () => res.socket?.destroy())
    })
    const context = contextOfRouter()
    await send(context, form, `${origin}/token`)
    await expect(send(context, form, `${origin}/token`)).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(requests).toHaveLength(2)
  })
})

describe('A request that may be read twice', () => {
  test('is repeated where a kept connection ends before the answer begins', async () => {
    const { origin, requests } = await serve((res, _path, count) => {
      if (count === 2) res.socket?.destroy()
      else answerTokens(res)
    })
    const { http } = contextOfRouter()
    for (let call = 1; call <= 2; call++) expect((await http({ method: 'GET', url: origin })).status).toBe(200)
    expect(requests).toHaveLength(3)
  })

  test('is not repeated where a fresh connection does', async () => {
    const { origin, requests } = await serve((res) => res.socket?.destroy())
    await expect(contextOfRouter().http({ method: 'GET', url: origin })).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(requests).toHaveLength(1)
  })

  test('ends after three attempts', async () => {
    const { origin, requests } = await serve((res, path) => {
      if (path === '/first') setTimeout(() => answerTokens(res), 50)
      else res.socket?.destroy()
    })
    const { http } = contextOfRouter()
    await Promise.all(Array.from({ length: 5 }, () => http({ method: 'GET', url: `${origin}/first` })))
    await expect(http({ method: 'GET', url: `${origin}/second` })).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(requests.filter((path) => path === '/second')).toHaveLength(3)
  })
})
