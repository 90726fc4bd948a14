import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { AuthError } from '../../../lib/base/errors.js'
import type { HttpRequest } from '../../../lib/model/http.js'
import { discover } from '../../../lib/protocols/openid2/discovery/discover.js'
import { authRouter } from '../../../middleware/index.js'
import { testSecret } from '../../support/application.js'
import { createBrowser } from '../../support/browser.js'
import { contextFor } from '../../support/context.js'
import { xrds } from '../../support/openid2/documents.js'
import { refusalOf, startOpenid2Site } from '../../support/openid2/site.js'

/** Case 137: hostile identifiers and documents. */

let server: Server
let site = ''
let calls = 0
const served = new Map<string, (res: ServerResponse) => void>()

beforeAll(async () => {
  server = createServer((req, res) => {
    calls++
    const serve = served.get(req.url ?? '')
    if (serve) serve(res)
    else res.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  for (const [name, serve] of Object.entries({ ...xmlDocuments(), ...pages(), ...answers() })) served.set(`/${name}`, serve)
})
beforeEach(() => {
  calls = 0
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

type Serve = (res: ServerResponse) => void

const xml =
  (body: string | Buffer, headers: Record<string, string> = {}): Serve =>
  (res) => {
    res.writeHead(200, { 'content-type': 'application/xrds+xml', ...headers }).end(body)
  }
const html =
  (body: string, headers: Record<string, string> = {}): Serve =>
  (res) => {
    res.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body)
  }

const endpoint = 'https://op.example/openid'
const good = (): string => xrds([{ uris: [endpoint] }])
const withDoctype = (doctype: string): string => good().replace('?>', `?>${doctype}`)
const withUri = (uri: string): string => good().replace(endpoint, uri)
const many = (count: number, text: string): string => text.repeat(count)

function xmlDocuments(): Record<string, Serve> {
  const lol = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${String(index + 1)} "${many(10, `&l${String(index)};`)}">`).join('')
  const documents: Record<string, string> = {
    'billion-laughs': withDoctype(`<!DOCTYPE x [<!ENTITY l0 "lol">${lol}]>`).replace(endpoint, '&l9;'),
    quadratic: withDoctype(`<!DOCTYPE x [<!ENTITY a "${many(50_000, 'a')}">]>`).replace(endpoint, many(5_000, '&a;')),
    'external-entity': withDoctype('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>').replace(endpoint, '&a;'),
    'external-dtd': withDoctype(`<!DOCTYPE x SYSTEM "${site}/dtd">`),
    'public-dtd': withDoctype('<!DOCTYPE x PUBLIC "-//a//b" "https://evil.example/a.dtd">'),
    'parameter-entity': withDoctype('<!DOCTYPE x [<!ENTITY % a SYSTEM "https://evil.example/a">%a;]>'),
    'harmless-doctype': withDoctype('<!DOCTYPE XRDS>'),
    'late-doctype': good().replace('<XRD>', '<!DOCTYPE x><XRD>'),
    'unknown-entity': withUri('https://op.example/&nbsp;'),
    nested: `<?xml version="1.0"?>${many(50_000, '<a>')}`,
    'nested-xrds': good().replace('<XRD>', many(20_000, '<XRD>')),
    elements: good().replace('<Service>', many(50_000, '<Service/>')),
    services: xrds(Array.from({ length: 5_000 }, () => ({ uris: [endpoint] }))),
    types: good().replace('<Type>', many(20_000, '<Type>a</Type>')).replace('auth/2.0/signon', 'auth/1.0'),
    attributes: good()
      .replace('<XRD>', `<XRD ${Array.from({ length: 90_000 }, (_, i) => `a${String(i)}=""`).join(' ')}>`)
      .replace(endpoint, ''),
    'long-attribute': good().replace('<XRD>', `<XRD a="${many(900_000, 'a')}">`),
    'long-name': good().replace('<XRD>', `<${many(900_000, 'a')}>`),
    'long-text': withUri(`https://op.example/${many(900_000, 'a')}`),
    'long-comment': good().replace('<XRD>', `<XRD><!--${many(900_000, '-a')}`),
    'long-cdata': withUri(`<![CDATA[${many(900_000, ']]')}`),
    namespaces: good()
      .replace('<XRD>', `<XRD ${Array.from({ length: 20_000 }, (_, i) => `xmlns:a${String(i)}="b"`).join(' ')}>`)
      .replace(endpoint, ''),
    'other-namespace': good().replace('xri://$xrd*($v*2.0)', 'xri://$xrd*($v*3.0)'),
    'no-namespace': good().replace(/ xmlns(?::\w+)?="[^"]*"/g, ''),
    unclosed: good().replace('</XRD>', ''),
    truncated: good().slice(0, -20),
    mismatched: good().replace('</Type>', '</Tipe>'),
    'two-roots': good() + good(),
    'text-after': `${good()}more`,
    empty: '',
    binary: '\u0000\u0001\u0002',
    utf16: Buffer.from(good(), 'utf16le').toString('latin1'),
    'last-descriptor': good().replace('</XRD>', '</XRD><XRD></XRD>'),
    'nested-service': good().replace('<Service>', '<Other><Service>').replace('</Service>', '</Service></Other>'),
    openid1: good().replace('auth/2.0/signon', 'signon/1.1'),
    'type-in-part': good().replace('auth/2.0/signon', 'auth/2.0/signon/x'),
    'no-uri': good().replace(/<URI>.*<\/URI>/, ''),
  }
  const uris = {
    'plain-http': 'http://op.example/openid',
    file: 'file:///etc/passwd',
    javascript: 'javascript:alert(1)',
    data: 'data:text/plain,x',
    metadata: 'https://169.254.169.254/latest',
    private: 'https://10.0.0.1/openid',
    'private-6': 'https://[fd00::1]/openid',
    'mapped-6': 'https://[::ffff:10.0.0.1]/openid',
    credentials: 'https://a:b@op.example/openid',
    'empty-credentials': 'https://@op.example/openid',
    fragment: 'https://op.example/openid#x',
    backslash: 'https://op.example\\openid',
    relative: '/openid',
    'no-host': 'https:///',
    wide: `https://op.example/${many(1_000, 'a')}`,
    space: 'https://op.example/a b',
    'xri-uri': '=example',
  }
  return {
    ...Object.fromEntries(Object.entries(documents).map(([name, text]) => [name, xml(text)])),
    ...Object.fromEntries(Object.entries(uris).map(([name, uri]) => [`uri-${name}`, xml(withUri(uri))])),
  }
}

function pages(): Record<string, Serve> {
  const head = (inside: string): Serve => html(`<html><head>${inside}</head><body></body></html>`)
  const link = `<link rel="openid2.provider" href="${endpoint}">`
  return {
    links: head(many(100_000, '<link rel=a>')),
    'links-closed': head(many(40_000, '<link rel=a href=b></x>')),
    'in-body': html(`<html><head></head><body>${link}</body></html>`),
    'in-comment': head(`<!-- ${link} -->`),
    'in-title': head(`<title>${link}</title>`),
    'in-style': head(`<style>${link}</style>`),
    'in-script': head(`<script>${link}</script>`),
    'in-noscript': head(`<noscript>${link}</noscript>`),
    'in-template': head(`<template>${link}</template>`),
    'in-attribute': head(`<meta content='${link}'>`),
    'without-head': html(link),
    'second-head': html(`<html><head></head><head>${link}</head></html>`),
    'after-paragraph': head(`<p>x</p>${link}`),
    'openid1-page': head(link.replace('openid2', 'openid')),
    'http-page': head(link.replace('https', 'http')),
    'script-page': head(link.replace(endpoint, 'javascript:alert(1)')),
    'private-page': head(link.replace('op.example', '192.168.1.1')),
    'open-tag': html(`<html><head><link rel="${many(900_000, 'a')}`),
    'angle-brackets': html(many(900_000, '<')),
    ampersands: head(many(900_000, '&')),
    'deep-page': html(many(200_000, '<div>')),
    'location-private': head('<meta http-equiv="X-XRDS-Location" content="https://10.0.0.1/">'),
    'location-file': html('', { 'x-xrds-location': 'file:///etc/passwd' }),
    'location-itself': html('', { 'x-xrds-location': '/location-itself' }),
    'location-twice': html('', { 'x-xrds-location': '/empty, /good' }),
    'location-metadata': html('', { 'x-xrds-location': 'http://169.254.169.254/' }),
    'location-no-url': html('', { 'x-xrds-location': 'http://[' }),
  }
}

function answers(): Record<string, Serve> {
  const redirect =
    (location: string, status = 302): Serve =>
    (res) => {
      res.writeHead(status, { location }).end()
    }
  const hops = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`hop-${String(index)}`, redirect(`/hop-${String(index + 1)}`)]))
  const endless =
    (type: string, part: string, delay: number): Serve =>
    (res) => {
      res.writeHead(200, { 'content-type': type })
      const timer = setInterval(() => res.write(part), delay)
      res.on('close', () => {
        clearInterval(timer)
      })
    }
  return {
    ...hops,
    loop: redirect('/loop'),
    'loop-301': redirect('/loop-301', 301),
    'loop-307': redirect('/loop-307', 307),
    'to-file': redirect('file:///etc/passwd'),
    'to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
    'to-private': redirect('https://10.1.2.3/'),
    'to-private-name': redirect('https://router.local.invalid/'),
    'to-credentials': redirect('https://a:b@op.example/'),
    'to-javascript': redirect('javascript:alert(1)'),
    'to-nothing': redirect(''),
    'to-space': redirect('https://op.example/ a'),
    'fifty-megabytes': (res) => {
      res.writeHead(200, { 'content-type': 'application/xrds+xml' })
      const part = Buffer.alloc(1_000_000, 'a')
      let left = 50
      const more = (): void => {
        while (left-- > 0) if (!res.write(part)) return void res.once('drain', more)
        res.end()
      }
      more()
    },
    'gzip-bomb': xml(gzipSync(Buffer.alloc(50_000_000, 'a')), { 'content-encoding': 'gzip' }),
    'gzip-broken': xml('no gzip', { 'content-encoding': 'gzip' }),
    'gzip-good-type': xml(gzipSync(Buffer.alloc(3_000_000, ' ')), { 'content-encoding': 'gzip' }),
    brotli: xml('x', { 'content-encoding': 'br' }),
    slow: endless('application/xrds+xml', ' ', 200),
    'slow-page': endless('text/html', '<!-- -->', 200),
    silent: () => undefined,
    half: (res) => {
      res.writeHead(200, { 'content-length': '100' }).write('x')
      setTimeout(() => res.destroy(), 20)
    },
    closed: (res) => {
      res.destroy()
    },
    'no-content': (res) => {
      res.writeHead(204).end()
    },
    error: (res) => {
      res.writeHead(500, { 'content-type': 'application/xrds+xml' }).end(good())
    },
    'not-found': (res) => {
      res.writeHead(404, { 'content-type': 'application/xrds+xml' }).end(good())
    },
    unauthorized: (res) => {
      res.writeHead(401, { 'www-authenticate': 'Basic' }).end()
    },
    utf7: xml(good().replace('<', '+ADw-'), { 'content-type': 'application/xrds+xml; charset=utf-7' }),
    ebcdic: xml(Buffer.from(Buffer.from(good()).map((byte) => byte ^ 0x40)), { 'content-type': 'application/xrds+xml; charset=ebcdic' }),
    json: (res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    },
  }
}

// Large, and true all the same.
const harmless = new Set(['services', 'long-attribute'])

const identifiers = [
  'http://169.254.169.254/',
  'https://169.254.169.254/latest/meta-data/',
  'http://localhost/',
  'https://localhost/',
  'http://127.0.0.1/',
  'https://127.0.0.1:8443/',
  'http://[::1]/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fe80::1]/',
  'https://[fd12::1]/',
  'https://0.0.0.0/',
  'https://0/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://100.64.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://168.63.129.16/',
  'https://[64:ff9b::a00:1]/',
  'https://127。0。0。1/',
  'https://a:b@id.example/',
  'file:///etc/passwd',
  'gopher://id.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://id.example/',
  'http://id.example/',
  'https://id.example:99999/',
  'https://',
  '',
]

async function failureOf(work: Promise<unknown>): Promise<{ code: string; time: number }> {
  const start = performance.now()
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return { code: thrown instanceof AuthError ? thrown.code : `no failure: ${String(thrown)}`, time: performance.now() - start }
}

describe('discovery of what is hostile', () => {
  test('fails for each of more than 100 documents and identifiers, within 5 seconds and 32 MB', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const memory = (): number => {
      collect()
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external
    }
    const context = contextFor({ provider: { protocol: 'openid2', identifier: `${site}/`, discovery: false } })
    const open = contextFor({ provider: { protocol: 'openid2', identifier: 'https://id.example/', discovery: false } })
    await failureOf(discover(context, `${site}/warm-up`))
    const before = memory()

    const names = [...served.keys()].filter((name) => !harmless.has(name.slice(1)))
    expect(names.length).toBeGreaterThan(100)
    const results: (readonly [string, string, number])[] = []
    const work = async (name: string): Promise<void> => {
      const { code, time } = await failureOf(discover(context, site + name))
      results.push([name, code, time])
    }
    const waiting = new Set(['/slow', '/slow-page', '/silent'])
    const slow = Promise.all(names.filter((name) => waiting.has(name)).map(work))
    for (const name of names) if (!waiting.has(name)) await work(name)
    await slow
    for (const identifier of identifiers) {
      const { code, time } = await failureOf(discover(open, identifier))
      results.push([identifier, code, time])
    }
    expect(results.filter(([, code]) => code !== 'discovery_failed')).toEqual([])
    expect(results.filter(([, , time]) => time > 5_500)).toEqual([])
    // What the server of this test has still to write to a connection that was closed goes with a later collection.
    const grown = (): number => (memory() - before) / 1024 / 1024
    const deadline = performance.now() + 30_000
    while (grown() >= 32 && performance.now() < deadline) await sleep(100)
    expect(grown()).toBeLessThan(32)
  }, 120_000)

  test.each(identifiers)('goes nowhere for the identifier %j', async (identifier) => {
    const asked: HttpRequest[] = []
    const context = contextFor({
      provider: { protocol: 'openid2', identifier: 'https://id.example/', discovery: false },
      http: (request) => {
        asked.push(request)
        throw new Error('Nobody may be asked')
      },
    })
    expect((await failureOf(discover(context, identifier))).code).toBe('discovery_failed')
    expect(asked).toEqual([])
  })

  test.each(['http://127.0.0.1/', 'https://localhost/', 'https://[::1]/', 'https://10.0.0.1/', 'http://id.example/', 'file:///etc/passwd'])(
    'does not follow a public identifier to %s',
    async (location) => {
      const asked: string[] = []
      const context = contextFor({
        provider: { protocol: 'openid2', identifier: 'https://id.example/', discovery: false },
        http: ({ url }) => {
          asked.push(url)
          return Promise.resolve({ status: 302, headers: { location }, body: Buffer.alloc(0) })
        },
      })
      expect((await failureOf(discover(context, 'https://id.example/'))).code).toBe('discovery_failed')
      expect(asked).toEqual(['https://id.example/'])
    },
  )

  test('stops after five redirects', async () => {
    const context = contextFor({ provider: { protocol: 'openid2', identifier: `${site}/`, discovery: false } })
    await failureOf(discover(context, `${site}/loop`))
    expect(calls).toBe(6)
  })
})

test('a login with such an identifier answers 400, and identifiers of anybody are refused from the start', async () => {
  const { url, close } = await startOpenid2Site({ providers: { any: { protocol: 'openid2', allow: [`${site}/`] } } })
  for (const name of ['billion-laughs', 'to-metadata', 'loop', 'gzip-bomb']) {
    const refused = await refusalOf(createBrowser(), `${url}/auth/any?identifier=${encodeURIComponent(`${site}/${name}`)}`)
    expect(refused).toEqual({ status: 400, error: 'discovery_failed' })
  }
  for (const identifier of identifiers) {
    const refused = await refusalOf(createBrowser(), `${url}/auth/any?identifier=${encodeURIComponent(identifier)}`)
    expect(refused).toEqual({ status: 400, error: 'bad_request' })
  }
  await close()
  expect(() => authRouter({ secret: testSecret, baseUrl: url, providers: { any: { protocol: 'openid2' } } })).toThrow(
    'providers.any.allow is missing',
  )
})
