import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { protocol } from '../../../../lib/protocols/headerJwt/headerJwt.js'
import type { HeaderIdentity } from '../../../../lib/model/protocol.js'
import type { Context, ResolvedProvider } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'
import {
  proxyKey,
  signedBy,
  startKeyServer,
  unsigned,
  type KeyServer,
  type ProxyKey,
  type Signing,
} from '../../../support/identityProxy.js'

const first = proxyKey(randomUUID())
const second = proxyKey(randomUUID())
const rsa = proxyKey(randomUUID(), 'RS256')
const signer = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188'
const issuer = 'https://id.example'
const clientId = 'shop'
const second1000 = 1_000
const minute = 60_000
const hour = 60 * minute

let server: KeyServer
let now: number
beforeEach(async () => {
  server = await startKeyServer(first)
  now = Date.now()
})
afterEach(async () => {
  await server.close()
})

const inSeconds = (): number => Math.floor(now / 1000)

function contextOf(provider: Partial<ResolvedProvider>, client = ''): Context {
  return contextFor({
    provider: { protocol: 'header-jwt', discovery: false, header: 'x-data', issuer, ...provider },
    client: { clientId: client },
    now: () => now,
  })
}

const identify = (context: Context, jwt: string): Promise<HeaderIdentity | undefined> => protocol.identify(context, () => jwt)

const claims = (): Record<string, unknown> => ({ sub: '7', name: 'Ada', exp: inSeconds() + 120, iss: issuer })
const byBalancer = (key: ProxyKey = first, header: Record<string, unknown> = {}, signing: Signing = { isPadded: true }): string =>
  signedBy(key, claims(), { ...signing, header: { typ: 'JWT', signer, client: clientId, iss: issuer, exp: inSeconds() + 120, ...header } })

describe('A load balancer, with a key at an address each,', () => {
  let balancer: Context
  beforeEach(() => {
    balancer = contextOf({ signer, keyEndpoint: server.keyEndpoint }, clientId)
  })

  test('signs a JWT whose parts keep their padding', async () => {
    const jwt = byBalancer()
    expect(jwt).toMatch(/=\./)
    await expect(identify(balancer, jwt)).resolves.toMatchObject({ tokenSet: { claims: { sub: '7' } }, expiresAt: inSeconds() + 150 })
    await expect(identify(balancer, byBalancer(first, {}, {}))).resolves.toBeDefined()
  })

  test.each<[string, () => string, string]>([
    ['another signer', () => byBalancer(first, { signer: `${signer}0` }), 'signer'],
    ['no signer', () => byBalancer(first, { signer: undefined }), 'signer'],
    ['a list of signers', () => byBalancer(first, { signer: [signer] }), 'signer'],
    ['another client', () => byBalancer(first, { client: 'other' }), 'client'],
    ['no client', () => byBalancer(first, { client: undefined }), 'client'],
    ['another issuer in the header', () => byBalancer(first, { iss: `${issuer}/` }), 'iss'],
    ['no issuer in the header', () => byBalancer(first, { iss: undefined }), 'iss'],
    ['a header that is over', () => byBalancer(first, { exp: inSeconds() - 31 }), 'exp'],
    ['no end in the header', () => byBalancer(first, { exp: undefined }), 'exp'],
    ['an end in words', () => byBalancer(first, { exp: 'tomorrow' }), 'exp'],
    ['the name of a key that leads elsewhere', () => byBalancer(first, { kid: `../pem/${first.kid}` }), 'no usable key'],
    ['the name of a key with a query', () => byBalancer(first, { kid: `${first.kid}?x` }), 'no usable key'],
    ['the name of a key in capitals', () => byBalancer(first, { kid: first.kid.toUpperCase() }), 'no usable key'],
    ['the name of a key that is no UUID', () => byBalancer(first, { kid: 'keys' }), 'no usable key'],
    ['no name of a key', () => byBalancer(first, { kid: undefined }), 'no usable key'],
    ['a key that nobody published', () => byBalancer(second), 'no usable key'],
    ['another key under the right name', () => byBalancer({ ...second, kid: first.kid }), 'signature'],
    ['too much padding', () => byBalancer().replace(/=+\./, '====.'), 'token'],
    ['an algorithm of another kind of key', () => byBalancer({ ...rsa, kid: first.kid }), 'signature'],
  ])('is refused with %s', async (name, make, reason) => {
    if (name === 'too much padding') expect(make()).not.toBe(byBalancer())
    await expect(identify(balancer, make())).rejects.toMatchObject({ code: 'assertion_invalid', reason })
    expect(server.calls.filter((path) => !/^\/pem\/[0-9a-f-]{36}$/.test(path))).toEqual([])
  })

  test('is asked for a key once, however many requests come at once, and again after an hour', async () => {
    server.delay = 50
    await Promise.all(Array.from({ length: 50 }, () => identify(balancer, byBalancer())))
    now += hour - second1000
    await identify(balancer, byBalancer())
    expect(server.calls).toEqual([`/pem/${first.kid}`])
    now += 2 * second1000
    await identify(balancer, byBalancer())
    expect(server.calls).toHaveLength(2)
  })

  test('that has withdrawn a key is believed', async () => {
    await identify(balancer, byBalancer())
    server.keys = [second]
    now += hour + second1000
    await expect(identify(balancer, byBalancer())).rejects.toMatchObject({ reason: 'no usable key' })
    await expect(identify(balancer, byBalancer(second))).resolves.toBeDefined()
  })

  test('whose keys cannot be reached any more is known by those that are kept, for a day', async () => {
    await identify(balancer, byBalancer())
    server.failsWith = 503
    now += 2 * hour
    for (let count = 0; count < 5; count++) await expect(identify(balancer, byBalancer())).resolves.toBeDefined()
    expect(server.calls).toHaveLength(2)
    now += 24 * hour
    await expect(identify(balancer, byBalancer())).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('is asked for ten unknown keys in a minute, and what strangers name takes the place of no key that is used', async () => {
    await identify(balancer, byBalancer())
    const header = { signer, client: clientId, iss: issuer, exp: inSeconds() + 120 }
    const invented = (): string => unsigned(claims(), header)
    const refusals = await Promise.all(
      Array.from({ length: 200 }, () => identify(balancer, invented()).then(String, (error: unknown) => (error as { code: string }).code)),
    )
    expect(server.calls).toHaveLength(10)
    expect(new Set(refusals)).toEqual(new Set(['assertion_invalid', 'provider_bad_response']))
    await expect(identify(balancer, byBalancer())).resolves.toBeDefined()
    now += minute + second1000
    for (let round = 0; round < 5; round++) {
      server.keys = [first, ...Array.from({ length: 10 }, () => ({ ...second, kid: randomUUID() }))]
      for (const { kid } of server.keys.slice(1)) await identify(balancer, byBalancer({ ...rsa, kid })).catch(() => undefined)
      now += minute + second1000
    }
    const before = server.calls.length
    await expect(identify(balancer, byBalancer())).resolves.toBeDefined()
    expect(server.calls).toHaveLength(before)
  })

  test('that serves a private key, or something else, has none', async () => {
    for (const pem of [first.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'garbage', '']) {
      server.pem = pem
      await expect(identify(balancer, byBalancer(first, { kid: randomUUID() }))).rejects.toMatchObject({ code: 'provider_bad_response' })
    }
  })
})

describe('A proxy with a set of keys', () => {
  let proxy: Context
  const byProxy = (key: ProxyKey): string => signedBy(key, { ...claims(), aud: 'shop' })
  beforeEach(() => {
    proxy = contextOf({ audience: ['shop'], jwksUri: server.jwksUri })
  })

  test('may sign with a new key from one request to the next', async () => {
    await identify(proxy, byProxy(first))
    server.keys = [second]
    await Promise.all(Array.from({ length: 50 }, () => identify(proxy, byProxy(second))))
    expect(server.calls).toHaveLength(2)
    await expect(identify(proxy, byProxy(first))).rejects.toMatchObject({ reason: 'no usable key' })
  })

  test('is asked for its keys once a minute, however many bad tokens come', async () => {
    await identify(proxy, byProxy(first))
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 1_000 }, () => identify(proxy, unsigned({ ...claims(), aud: 'shop' })).catch(() => undefined)))
      for (let count = 0; count < 20; count++) await identify(proxy, unsigned({ ...claims(), aud: 'shop' })).catch(() => undefined)
      expect(server.calls).toHaveLength(round + 2)
      now += 61 * second1000
    }
    await expect(identify(proxy, byProxy(first))).resolves.toBeDefined()
  })

  test('that cannot be reached is asked again after five seconds, and who it has let in is not known meanwhile', async () => {
    server.failsWith = 503
    for (let count = 0; count < 20; count++)
      await expect(identify(proxy, byProxy(first))).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect(server.calls).toHaveLength(1)
    server.failsWith = undefined
    now += 5 * second1000
    await expect(identify(proxy, byProxy(first))).resolves.toBeDefined()
  })

  test('may have its keys in the entry, which are never fetched', async () => {
    const jwk = { ...second.publicKey.export({ format: 'jwk' }), kid: second.kid, alg: 'ES256' }
    const context = contextOf({ audience: ['shop'], jwks: { keys: [jwk] } })
    await expect(identify(context, byProxy(second))).resolves.toBeDefined()
    await expect(identify(context, byProxy(first))).rejects.toMatchObject({ reason: 'no usable key' })
    expect(server.calls).toEqual([])
  })
})
