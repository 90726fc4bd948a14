import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createHttp } from '../../../lib/http/http.js'
import { insideOf, isPublicAddress } from '../../../lib/http/publicAddress.js'
import { startServer, type SmallServer } from '../../support/unitServer.js'

test.each([
  ...(
    '0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254 172.16.0.1 '
    + '172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 '
    + '255.255.255.255 :: ::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1 ::ffff:10.0.0.1 ::ffff:7f00:1 ::10.0.0.1 '
    + '64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::8.8.8.8 2002:a00:1::1 2001::1 2001:db8::1 3fff::1 id.example 10.1'
  ).split(' '),
  '',
])('%j is no address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(
  (
    '1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.167.255.255 223.255.255.255 2606:4700::1111 '
    + '2a00:1450::1 64:ff9b::8.8.8.8'
  ).split(' '),
)('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each([
  ['localhost', 'loopback'],
  ['localhost.', 'loopback'],
  ['id.localhost', 'loopback'],
  ['127.0.0.2', 'loopback'],
  ['[::1]', 'loopback'],
  ['[fd00::1]', 'private'],
  ['10.0.0.1', 'private'],
  ['[::ffff:7f00:1]', 'private'],
  ['0.0.0.0', 'private'],
  ['8.8.8.8', undefined],
  ['[2606:4700::1111]', undefined],
  ['id.example', undefined],
  ['localhost.example', undefined],
] as const)('The host %s says by itself where it leads: %s', (host, inside) => {
  expect(insideOf(host)).toBe(inside)
})

describe('The way out for addresses that come from somebody else', () => {
  const limits = { timeout: 20_000, maxBytes: 1_000 }
  const asked: string[] = []
  const resolving = (...addresses: string[]): LookupFunction =>
    ((name: string, _options: LookupOptions, callback: (error: Error | null, found: LookupAddress[]) => void) => {
      asked.push(name)
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as LookupFunction
  let server: SmallServer
  let port = ''
  beforeAll(async () => {
    server = await startServer((_request, res) => {
      res.end('{}')
    })
    port = new URL(server.origin).port
  })
  afterAll(() => server.close())

  const refused = { code: 'discovery_failed', status: 400, message: expect.stringContaining('http.privateHosts') as unknown }

  test.each(['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0'])(
    'opens no connection to the literal %s',
    async (host) => {
      const ways = createHttp(limits, { publicOnly: true })
      const request = { method: 'GET', url: `http://${host}:${port}/` }
      await expect(ways.http(request)).rejects.toMatchObject(refused)
      await expect(ways.openStream(request)).rejects.toMatchObject(refused)
      expect(server.received).toEqual([])
    },
  )

  test.each(['id.example', 'localhost', 'localhost.'])('opens none to %s, which is a name for this machine', async (name) => {
    for (const found of [['127.0.0.1'], ['::1', '127.0.0.1'], ['169.254.169.254', 'fd00::1'], []]) {
      await expect(
        createHttp(limits, { publicOnly: true, lookup: resolving(...found) }).http({ method: 'GET', url: `http://${name}:${port}/` }),
      ).rejects.toMatchObject(refused)
    }
    expect(server.received).toEqual([])
  })

  test("opens none with a client's certificate either", async () => {
    const { http } = createHttp(limits, { publicOnly: true })
    await expect(http({ method: 'GET', url: `https://127.0.0.1:${port}/`, certificate: { cert: '', key: '' } })).rejects.toMatchObject(
      refused,
    )
  })

  test.each([
    [['ID.internal'], 'id.internal'],
    [['127.0.0.1'], '127.0.0.1'],
  ])('goes where the application opened %j', async (privateHosts, host) => {
    const { http } = createHttp({ ...limits, privateHosts }, { publicOnly: true, lookup: resolving('127.0.0.1') })
    await expect(http({ method: 'GET', url: `http://${host}:${port}/` })).resolves.toMatchObject({ status: 200 })
  })

  test('connects to what was looked up and found good, once: a second answer of the name server does not count', async () => {
    asked.length = 0
    const answers = [['127.0.0.1'], ['127.0.0.2']]
    const rebinding: LookupFunction = (name, options, callback) => {
      resolving(...(answers.shift() ?? []))(name, options, callback)
    }
    const { http } = createHttp({ ...limits, privateHosts: ['id.internal'] }, { publicOnly: true, lookup: rebinding })
    await expect(http({ method: 'GET', url: `http://id.internal:${port}/` })).resolves.toMatchObject({ status: 200 })
    expect(asked).toEqual(['id.internal'])
  })

  test('says of a name that is not known that nothing could be reached', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), '', 0)
    }
    await expect(
      createHttp(limits, { publicOnly: true, lookup }).http({ method: 'GET', url: 'https://id.example/' }),
    ).rejects.toMatchObject({ code: 'provider_bad_response', message: 'The provider could not be reached.' })
  })

  test("is the application's own where it brings one", async () => {
    const { http } = createHttp({ ...limits, fetch: globalThis.fetch }, { publicOnly: true })
    await expect(http({ method: 'GET', url: server.origin })).resolves.toMatchObject({ status: 200 })
  })
})
