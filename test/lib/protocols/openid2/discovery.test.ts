import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { discover, discoverEntry } from '../../../../lib/protocols/openid2/discovery/discover.js'
import type { Context } from '../../../../lib/model/context.js'
import { contextFor } from '../../../support/context.js'
import { xrds } from '../../../support/openid2/documents.js'
import { type SmallServer, startServer } from '../../../support/unitServer.js'

interface Shown {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** What is shown to who does not ask for XRDS. */
  page?: string
}

let server: SmallServer
const shown = new Map<string, Shown>()

beforeAll(async () => {
  server = await startServer(({ url, headers: asked }, res) => {
    const { status = 404, headers = {}, body = '', page } = shown.get(url) ?? {}
    const isPage = page !== undefined && !asked.accept?.includes('xrds')
    res.writeHead(status, isPage ? { 'content-type': 'text/html' } : headers).end(isPage ? page : body)
  })
})
beforeEach(() => {
  shown.clear()
  server.received.length = 0
})
afterAll(async () => {
  await server.close()
})

function context(provider: object = {}): Context {
  return contextFor({ provider: { protocol: 'openid2', identifier: `${server.origin}/`, discovery: false, ...provider } })
}

const at = (path: string): ReturnType<typeof discover> => discover(context(), server.origin + path)
const document = (body: string): Shown => ({ status: 200, headers: { 'content-type': 'application/xrds+xml; charset=utf-8' }, body })
const page = (body: string, headers = {}): Shown => ({ status: 200, headers: { 'content-type': 'text/html', ...headers }, body })
const op = 'https://op.example/openid'
const services = [{ endpoint: op, isProvider: false }]

describe('an XRDS document', () => {
  test('is found at the identifier itself', async () => {
    shown.set('/ada', document(xrds([{ uris: [op], localId: 'https://op.example/~ada' }])))
    expect(await at('/ada')).toEqual({
      identifier: `${server.origin}/ada`,
      services: [{ endpoint: op, isProvider: false, localId: 'https://op.example/~ada' }],
    })
    expect(server.received[0]?.headers.accept).toContain('application/xrds+xml')
  })

  test.each([
    ['by a header', () => page('', { 'x-xrds-location': '/yadis' })],
    ['by an absolute one', () => page('', { 'X-XRDS-Location': `${server.origin}/yadis` })],
    ['by a meta element', () => page('<html><head><META HTTP-EQUIV="x-xrds-location" CONTENT="/yadis"></head></html>')],
    [
      'by one among others that are not closed',
      () =>
        page(
          '<html><head><meta charset=utf-8><link rel=icon href=x><meta http-equiv=X-XRDS-Location content=/yadis><title>x</title></head></html>',
        ),
    ],
  ])('is found %s', async (_name, make) => {
    shown.set('/ada', make())
    shown.set('/yadis', document(xrds([{ uris: [op] }])))
    expect(await at('/ada')).toEqual({ identifier: `${server.origin}/ada`, services })
  })

  test('leads where redirects do, and that is the identifier', async () => {
    shown.set('/old', { status: 301, headers: { location: '/new?x=1#part' } })
    shown.set('/new?x=1', document(xrds([{ uris: [op] }])))
    expect((await at('/old')).identifier).toBe(`${server.origin}/new?x=1`)
  })

  test('names a provider before its users, and the one of the lowest priority first; without one comes last', async () => {
    const server2 = 'http://specs.openid.net/auth/2.0/server'
    shown.set(
      '/ada',
      document(
        xrds([
          { uris: ['https://last.example/'] },
          { uris: ['https://second.example/'], priority: 20 },
          { uris: ['https://first.example/'], priority: 3 },
          { types: ['http://openid.net/signon/1.1', server2], uris: ['https://provider.example/?a=1&b=2'], priority: 99, localId: 'x' },
          { types: ['http://openid.net/signon/1.1'], uris: ['https://old.example/'], priority: 0 },
        ]),
      ),
    )
    expect((await at('/ada')).services).toEqual([
      { endpoint: 'https://provider.example/?a=1&b=2', isProvider: true },
      { endpoint: 'https://first.example/', isProvider: false },
      { endpoint: 'https://second.example/', isProvider: false },
      { endpoint: 'https://last.example/', isProvider: false },
    ])
  })

  test('orders the addresses of one service, too', async () => {
    const two = xrds([{ uris: ['https://two.example/', 'https://one.example/'] }]).replace(
      '<URI>https://one',
      '<URI priority="1">https://one',
    )
    shown.set('/ada', document(two))
    expect((await at('/ada')).services.map(({ endpoint }) => endpoint)).toEqual(['https://one.example/', 'https://two.example/'])
  })

  test('counts by its last descriptor, and by namespaces whatever their prefixes are', async () => {
    shown.set(
      '/ada',
      document(`<r:XRDS xmlns:r="xri://$xrds" xmlns:x="xri://$xrd*($v*2.0)"><x:XRD><x:Service><x:Type>http://specs.openid.net/auth/2.0/signon</x:Type>
        <x:URI>https://other.example/</x:URI></x:Service></x:XRD><x:XRD><x:Service priority="10"><x:Type><![CDATA[http://specs.openid.net/auth/2.0/signon]]></x:Type>
        <x:URI> ${op} </x:URI><other xmlns="urn:x"><URI>https://evil.example/</URI></other></x:Service></x:XRD></r:XRDS>`),
    )
    expect((await at('/ada')).services).toEqual(services)
  })

  test('may name endpoints that cannot be used beside one that can', async () => {
    shown.set('/ada', document(xrds([{ uris: ['http://plain.example/', 'https://10.0.0.1/', 'javascript:x', op] }])))
    expect((await at('/ada')).services).toEqual(services)
  })
})

describe('a page', () => {
  const head = (inside: string): string => `<!DOCTYPE html>\n<!-- x --><HTML lang=en><HEAD>${inside}</HEAD><BODY></BODY></HTML>`

  test('names the provider and the name there', async () => {
    shown.set(
      '/ada',
      page(
        head(
          `<title>a & b</title><script>if (a<b) c()</script><style>a > b {}</style><LINK REL='openid.server openid2.provider' HREF='${op}'><link rel="openid2.local_id" href="https://op.example/?a=1&amp;b=2">`,
        ),
      ),
    )
    expect((await at('/ada')).services).toEqual([{ endpoint: op, isProvider: false, localId: 'https://op.example/?a=1&b=2' }])
  })

  test('has the say where the XRDS document has none', async () => {
    for (const [name, yadis] of Object.entries({ '/none': xrds([]), '/broken': '<', '/gone': undefined, '/doctype': '<!DOCTYPE a>' })) {
      if (yadis !== undefined) shown.set(name, document(yadis))
      shown.set('/ada', page(head(`<link rel="openid2.provider" href="${op}">`), { 'x-xrds-location': name }))
      expect((await at('/ada')).services).toEqual(services)
    }
  })

  test('is asked for where the document at the same address has no service', async () => {
    shown.set('/ada', { ...document(xrds([])), page: head(`<link rel="openid2.provider" href="${op}">`) })
    expect((await at('/ada')).services).toEqual(services)
  })
})

describe('what an entry leads to', () => {
  test('is looked up once however many ask, for five minutes, and again after a failure', async () => {
    let now = Date.now()
    const { provider, ...parts } = context({ identifier: `${server.origin}/ada` })
    const entry = { ...parts, provider, now: () => now }
    await expect(discoverEntry(entry, `${server.origin}/ada`)).rejects.toMatchObject({ code: 'discovery_failed', reason: 'status' })
    shown.set('/ada', document(xrds([{ uris: [op] }])))
    await Promise.all([1, 2, 3].map(() => discoverEntry(entry, `${server.origin}/ada`)))
    expect(server.received).toHaveLength(2)
    now += 299_000
    await discoverEntry(entry, `${server.origin}/ada`)
    expect(server.received).toHaveLength(2)
    now += 2_000
    await discoverEntry(entry, `${server.origin}/ada`)
    expect(server.received).toHaveLength(3)
  })
})
