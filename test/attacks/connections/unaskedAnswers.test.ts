import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from '@jest/globals'
import { sendByGenericGrant } from '../../../lib/endpoints/genericGrant.js'
import { sendBySimpleOauth2 } from '../../../lib/endpoints/simpleOauth2.js'
import type { Context } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

/** A kept connection serves logins of many users: what a server sends on it unasked must be nobody's answer (RFC 9112 section 6.3). */

const ends: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

const answer = (token: string): string => {
  const body = JSON.stringify({ access_token: token, token_type: 'bearer' })
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`
}
const form = { grant_type: 'authorization_code', code: 'the-code', redirect_uri: 'https://app.example/cb' }

function contextOfRouter(): Context {
  const context = contextFor({ outbound: { timeout: 5_000, maxBytes: 100_000 } })
  ends.push(context.connections.close)
  return context
}

const tokenOf = (tokens: unknown): unknown => (tokens as { access_token: string }).access_token

type Call = (context: Context, origin: string) => Promise<unknown>
const calls: [string, Call][] = [
  ['simple-oauth2', (context, origin) => sendBySimpleOauth2(context, form, `${origin}/token`).then(tokenOf)],
  ['openid-client', (context, origin) => sendByGenericGrant(context, form, `${origin}/token`).then(tokenOf)],
  [
    'a call of our own',
    async ({ http }, origin) => {
      const { body } = await http({ method: 'POST', url: `${origin}/token`, body: 'a=b' })
      return tokenOf(JSON.parse(new TextDecoder().decode(body)))
    },
  ],
]

/** A server that answers each request with its own number, and sends what it is told after its first answer. */
async function serve(after: (socket: Socket) => void): Promise<{ origin: string; sockets: Socket[]; requests: () => number }> {
  const sockets: Socket[] = []
  let requests = 0
  const server = createServer((socket) => {
    sockets.push(socket)
    let read = ''
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      read += data.toString('latin1')
      const [, length] = /content-length: (\d+)/i.exec(read) ?? []
      const end = read.indexOf('\r\n\r\n')
      if (end < 0 || read.length < end + 4 + Number(length ?? 0)) return
      read = ''
      requests += 1
      socket.write(answer(`asked-${String(requests)}`))
      if (requests === 1) after(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, sockets, requests: () => requests }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe.each(calls)('By %s', (_name, call) => {
  test("an answer that came while the connection was idle is not the next login's", async () => {
    const { origin, sockets } = await serve((socket) => setTimeout(() => socket.write(answer('unasked')), 20))
    const context = contextOfRouter()
    expect(await call(context, origin)).toBe('asked-1')
    await pause(60)
    expect(await call(context, origin)).toBe('asked-2')
    // What is out of step stays so.
    expect(sockets.length).toBe(2)
  })

  test('half an answer that came while it was idle is no beginning of the next', async () => {
    const { origin, sockets } = await serve((socket) =>
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-le'), 20),
    )
    const context = contextOfRouter()
    expect(await call(context, origin)).toBe('asked-1')
    await pause(60)
    expect(await call(context, origin)).toBe('asked-2')
    expect(sockets.length).toBe(2)
  })

  test('one that has arrived and not been read yet is not either', async () => {
    const worker = new Worker(
      `const { createServer } = require('node:net')
       const { parentPort, workerData } = require('node:worker_threads')
       let requests = 0
       createServer((socket) => {
         socket.on('error', () => undefined)
         let read = ''
         socket.on('data', (data) => {
           read += data.toString('latin1')
           const [, length] = /content-length: (\\d+)/i.exec(read) || []
           const end = read.indexOf('\\r\\n\\r\\n')
           if (end < 0 || read.length < end + 4 + Number(length || 0)) return
           read = ''
           socket.write(workerData.asked)
           if (++requests === 1) setTimeout(() => socket.write(workerData.unasked), 50)
         })
       }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`,
      { eval: true, workerData: { asked: answer('asked'), unasked: answer('unasked') } },
    )
    ends.push(() => worker.terminate())
    const [port] = (await once(worker, 'message')) as [number]
    const origin = `http://127.0.0.1:${String(port)}`
    const context = contextOfRouter()
    expect(await call(context, origin)).toBe('asked')
    // It comes while this thread is busy.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
    expect(await call(context, origin)).toBe('asked')
  })

  test('nor one that came right behind the answer', async () => {
    const { origin } = await serve((socket) => socket.write(answer('unasked')))
    const context = contextOfRouter()
    const first = await call(context, origin).catch(() => 'refused')
    expect(['asked-1', 'refused']).toContain(first)
    const second = await call(context, origin)
    expect(second).toBe('asked-2')
  })
})
