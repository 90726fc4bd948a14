import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiClient } from '../../../lib/client/apiClient.js'
import type { ResolvedProvider } from '../../../lib/types.js'
import { startApi, type ApiSetup } from '../../support/apiClient.js'

/** Section L of the security cases: every way to another host, by every method of the client. The sink must never be called. */

type Caller = (client: ApiClient, url: string) => Promise<unknown>

const bodies: Record<string, Caller> = {
  get: (client, url) => client.get(url),
  head: (client, url) => client.head(url),
  'post form': (client, url) => client.post(url, { form: { secret: 'canary-form' } }),
  'put json': (client, url) => client.put(url, { json: { secret: 'canary-json' } }),
  'patch body': (client, url) => client.patch(url, { body: 'canary-body', headers: { 'x-api-key': 'canary-header' } }),
  delete: (client, url) => client.delete(url),
  'request OPTIONS': (client, url) => client.request('options', url),
  fetch: async (client, url) => (await client.fetch(url)).text(),
  'fetch POST': async (client, url) =>
    (
      await client.fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ secret: 'canary-form' }),
        headers: { 'x-api-key': 'canary-header' },
      })
    ).text(),
  'fetch stream': async (client, url) => (await client.fetch(url, { method: 'POST', body: new Blob(['canary-stream']).stream() })).text(),
  'fetch manual': async (client, url) => (await client.fetch(url, { redirect: 'manual' })).text(),
  'fetch error': async (client, url) => (await client.fetch(url, { redirect: 'error' })).text(),
  pages: async (client, url) => {
    for await (const _page of client.pages(url)) continue
  },
}

const placements: Record<string, Partial<ResolvedProvider>> = {
  'OAuth 2.0, header': {},
  'OAuth 2.0, query': { tokenPlacement: 'query' },
  'OAuth 2.0, body': { tokenPlacement: 'body' },
  'OAuth 1.0a, header': { protocol: 'oauth1', signaturePlacement: 'header' },
  'OAuth 1.0a, query': { protocol: 'oauth1', signaturePlacement: 'query' },
  'OAuth 1.0a, body': { protocol: 'oauth1', signaturePlacement: 'body' },
}

/** Every way of writing an address that leads to the sink, or would with a lax parser; `host` is the sink's, `own` the API's. */
const addresses: Record<string, (host: string, own: string) => string> = {
  'another host': (host) => `http://${host}/steal`,
  'another host, https': (host) => `https://${host}/steal`,
  'another host in capitals': (host) => `HTTP://${host}/steal`,
  'no scheme': (host) => `//${host}/steal`,
  'no scheme, three slashes': (host) => `///${host}/steal`,
  'scheme without slashes': (host) => `http:${host}/steal`,
  'one slash and a backslash': (host) => `http:/\\${host}/steal`,
  'two backslashes': (host) => `\\\\${host}/steal`,
  'a slash and a backslash': (host) => `/\\${host}/steal`,
  'a tab first': (host) => `\t//${host}/steal`,
  'a tab within': (host) => `/\t/${host}/steal`,
  'a line break within': (host) => `ht\ntp://${host}/steal`,
  'a space first': (host) => ` http://${host}/steal`,
  'a NUL first': (host) => `\0//${host}/steal`,
  'a name before the host': (host, own) => `http://${own}@${host}/steal`,
  'a name and a password': (host) => `http://user:password@${host}/steal`,
  'an at behind a relative start': (host) => `@${host}/steal`,
  'a dot behind a relative start': (host) => `.${host}/steal`,
  'another port': (_host, own) => `http://${own.split(':')[0] ?? ''}:9/steal`,
  // The platform reads it as the API's own address.
  'the same host with a dot': (_host, own) => `http://${own.replace(':', '.:')}/v1/steal`,
  'the number of the host': (host) => `http://2130706433:${host.split(':')[1] ?? ''}/steal`,
  'the host in hexadecimal': (host) => `http://0x7f.1:${host.split(':')[1] ?? ''}/steal`,
  'IPv6 around IPv4': (host) => `http://[::ffff:127.0.0.1]:${host.split(':')[1] ?? ''}/steal`,
  'another scheme': (host) => `ftp://${host}/steal`,
  'a script': () => 'javascript:alert(1)',
  data: () => 'data:text/plain,x',
  'a file': () => 'file:///etc/hostname',
  'two schemes': (host) => `http:http://${host}/steal`,
}

const statuses = [301, 302, 303, 307, 308]
const setups = new Map<string, ApiSetup>()
let cases = 0

function setupOf(placement: string): ApiSetup {
  const setup = setups.get(placement)
  if (!setup) throw new Error(`There is no ${placement}`)
  return setup
}

beforeAll(async () => {
  for (const [name, provider] of Object.entries(placements)) {
    setups.set(
      name,
      await startApi(
        ({ url, method }, res, sink) => {
          const found = /redirect-(\d+)-(\w+)/.exec(url)
          if (!found) {
            res.end()
            return
          }
          const host = sink.origin.slice(7)
          const location = {
            absolute: `${sink.origin}/steal`,
            relative: `//${host}/steal`,
            backslash: `/\\${host}/steal`,
            name: `http://x@${host}/steal`,
            https: `https://${host}/steal`,
          }[found[2] ?? '']
          res
            .writeHead(Number(found[1]), { location: location ?? '', link: `<${sink.origin}/steal>; rel="next"` })
            .end(method === 'HEAD' ? undefined : 'x')
        },
        { provider, tokens: { tokenSecret: 'canary-secret' } },
      ),
    )
  }
})
afterAll(async () => {
  await Promise.all([...setups.values()].map(({ close }) => close()))
})

describe.each(Object.keys(placements))('With %s', (placement) => {
  const setup = (): ApiSetup => setupOf(placement)

  test.each(Object.keys(bodies))('no address leads %s to another host', async (name) => {
    const { api, sink, client } = setup()
    const before = api.received.length
    for (const address of Object.values(addresses)) {
      cases++
      await bodies[name]?.(client, address(sink.origin.slice(7), api.origin.slice(7))).catch((error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(host_not_allowed|path_escape)$/) as unknown })
      })
    }
    // What was sent at all stayed below the base, and the ways that are plainly elsewhere sent nothing.
    const sent = api.received.slice(before).map(({ url }) => url)
    for (const url of sent) expect(url).toMatch(/^\/v1\//)
    expect(sent.length).toBeLessThanOrEqual(3)
    expect(sink.received).toEqual([])
  })

  test.each(Object.keys(bodies))('no redirect leads %s to another host', async (name) => {
    const { client, sink } = setup()
    for (const status of statuses) {
      for (const target of ['absolute', 'relative', 'backslash', 'name', 'https']) {
        cases++
        await bodies[name]?.(client, `redirect-${String(status)}-${target}`).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'provider_bad_response' })
        })
      }
    }
    expect(sink.received).toEqual([])
  })

  test('no list of a page leads to another host', async () => {
    const { client, sink } = setup()
    for (const target of ['absolute', 'relative']) {
      cases++
      const reading = async (): Promise<void> => {
        for await (const _page of client.pages(`redirect-200-${target}`)) continue
      }
      await expect(reading()).rejects.toMatchObject({ code: 'host_not_allowed' })
    }
    expect(sink.received).toEqual([])
  })
})

test('A redirect on the same host keeps method, body and token for 307 and 308 only, and signs anew', async () => {
  for (const [placement, { provider, protocol = 'oauth2' }] of Object.entries(placements).map(
    ([name, entry]) => [name, { provider: entry, protocol: entry.protocol }] as const,
  )) {
    for (const status of statuses) {
      cases++
      const setup = await startApi(
        ({ url }, res) => {
          // The query comes back, signature and all.
          if (url.startsWith('/v1/a')) res.writeHead(status, { location: `/elsewhere${url.slice('/v1/a'.length)}` }).end()
          else res.end('there')
        },
        { provider, tokens: { tokenSecret: 'canary-secret' } },
      )
      try {
        expect(await setup.client.post('a', { form: { f: '1' } })).toMatchObject({ status: 200, data: 'there' })
        const [first, second] = setup.api.received
        expect([placement, second?.method]).toEqual([placement, status > 303 ? 'POST' : 'GET'])
        expect(new URLSearchParams(second?.body).get('f')).toBe(status > 303 ? '1' : null)
        const proof = ({ headers = {}, url = '', body = '' }: Partial<NonNullable<typeof first>> = {}): string =>
          `${String(headers.authorization)} ${url} ${body}`
        if (protocol === 'oauth1') {
          const signatures = [first, second].map((request) => /oauth_signature=("?)([^&",\s]+)/g[Symbol.match](proof(request)) ?? [])
          expect(signatures.map(({ length }) => length)).toEqual([1, 1])
          expect(signatures[0]).not.toEqual(signatures[1])
        } else {
          expect(proof(second).match(/canary-access/g)).toHaveLength(1)
        }
      } finally {
        await setup.close()
      }
    }
  }
})

test("A caller sets no header that is the client's own", async () => {
  const { client, api, sink } = setupOf('OAuth 2.0, header')
  const before = api.received.length
  for (const name of [
    'Authorization',
    'Proxy-Authorization',
    'Cookie',
    'Host',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'Expect',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Content-Length',
    'Proxy-Connection',
    'x y',
    'x:y',
    '',
  ]) {
    cases++
    await expect(client.get('a', { headers: { [name]: 'x' } })).rejects.toMatchObject({ code: 'bad_request' })
    // The platform's Headers refuse what is no name.
    if (/^[\w-]+$/.test(name)) await expect(client.fetch('a', { headers: { [name]: 'x' } })).rejects.toMatchObject({ code: 'bad_request' })
  }
  for (const method of ['GET /x HTTP/1.1\r\nx: y', 'GET\r\n', '', 'G T', 'G\0T', 'a'.repeat(21)]) {
    cases++
    await expect(client.request(method, 'a')).rejects.toMatchObject({ code: 'bad_request' })
    await expect(client.fetch('a', { method })).rejects.toMatchObject({ code: 'bad_request' })
  }
  expect(api.received).toHaveLength(before)
  expect(sink.received).toEqual([])
})

test('All of it leaves the sink without one request', () => {
  expect([...setups.values()].flatMap(({ sink }) => sink.received)).toEqual([])
  expect(cases).toBeGreaterThan(4_000)
})
