import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createHttp } from '../../../lib/http/http.js'
import type { Http, Outbound } from '../../../lib/types.js'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

const limits: Outbound = { timeout: 60_000, maxBytes: 1_000 }
const brief = 100
const ways: [string, Http][] = [
  ['undici', createHttp(limits).http],
  ['a fetch of the application', createHttp({ ...limits, fetch: globalThis.fetch }).http],
]

describe.each(ways)('The way out by %s', (_name, http) => {
  test('brings status, headers and body, whatever the status', async () => {
    const url = await serve((req, res) => {
      res
        .writeHead(418, { 'x-seen': String(req.headers['x-sent']), 'set-cookie': ['a=1', 'b=2'] })
        .end(`${String(req.method)} ${String(req.headers['accept-encoding'])}`)
    })
    const answer = await http({ method: 'PUT', url, headers: { 'x-sent': 'yes' }, body: 'hello' })
    expect({ ...answer, headers: answer.headers['x-seen'], body: Buffer.from(answer.body).toString() }).toEqual({
      status: 418,
      headers: 'yes',
      body: 'PUT identity',
    })
  })

  test('gives up on a server that says nothing', async () => {
    const url = await serve(() => undefined)
    await expect(http({ method: 'GET', url, timeout: brief })).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('gives up on a server that drips', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200)
      const timer = setInterval(() => res.write('.'), 20)
      res.on('close', () => {
        clearInterval(timer)
      })
    })
    await expect(http({ method: 'GET', url, timeout: brief })).rejects.toMatchObject({ code: 'provider_timeout' })
  })

  test('reads no more than it is allowed to', async () => {
    const url = await serve((_req, res) => {
      res.end('x'.repeat(1_001))
    })
    await expect(http({ method: 'GET', url })).rejects.toMatchObject({ code: 'provider_bad_response' })
    await expect(http({ method: 'GET', url, maxBytes: 2_000 })).resolves.toMatchObject({ status: 200 })
  })

  test('follows no redirect', async () => {
    let followed = false
    const elsewhere = await serve((_req, res) => {
      followed = true
      res.end()
    })
    const url = await serve((_req, res) => {
      res.writeHead(307, { location: elsewhere }).end()
    })
    expect((await http({ method: 'POST', url, body: 'secret' })).status).toBe(307)
    expect(followed).toBe(false)
  })

  test('tells refused connections and broken answers as a bad response', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('half', () => {
        res.destroy()
      })
    })
    await expect(http({ method: 'GET', url })).rejects.toMatchObject({ code: 'provider_bad_response' })
    await expect(http({ method: 'GET', url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('shows nothing of address or cause in what it throws', async () => {
    const thrown: unknown = await http({ method: 'GET', url: 'http://127.0.0.1:9/?canary' }).catch((error: unknown) => error)
    expect(JSON.stringify(thrown)).not.toContain('canary')
    expect(String(thrown)).not.toContain('canary')
  })

  test("ends with the caller's own signal", async () => {
    const url = await serve(() => undefined)
    const controller = new AbortController()
    const call = http({ method: 'GET', url, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe.each(ways)('A compressed answer, by %s', (_name, http) => {
  test('is unpacked, and the limit holds for what comes out', async () => {
    const url = await serve((req, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(req.url === '/bomb' ? 10_000_000 : 900)))
    })
    expect(Buffer.from((await http({ method: 'GET', url })).body).toString()).toBe('x'.repeat(900))
    await expect(http({ method: 'GET', url: `${url}/bomb` })).rejects.toMatchObject({ code: 'provider_bad_response' })
  })
})
