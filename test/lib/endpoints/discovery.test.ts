import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { login } from '../../../lib/login.js'
import type { Context, Http, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../support/unitOpenid.js'

const keys = await generateKeyPair('RS256', { extractable: true })
const path = '/.well-known/openid-configuration'

let fake: FakeOpenid
const open: SmallServer[] = []
beforeEach(async () => {
  fake = await startFakeOpenid(keys)
})
afterEach(async () => {
  await Promise.all([fake.close(), ...open.splice(0).map(({ close }) => close())])
})

describe('A document', () => {
  test.each<[string, (res: ServerResponse, sink: string) => void, string]>([
    [
      'that is a page',
      (res) => {
        res.writeHead(200, { 'content-type': 'text/html' }).end('<html>canary')
      },
      'provider_bad_response',
    ],
    [
      'that is not there',
      (res) => {
        sendJson(res, {}, 404)
      },
      'provider_bad_response',
    ],
    [
      'that is a list',
      (res) => {
        sendJson(res, [])
      },
      'provider_bad_response',
    ],
    [
      'that is empty',
      (res) => {
        sendJson(res, {})
      },
      'provider_bad_response',
    ],
    [
      'that is elsewhere',
      (res, sink) => {
        res.writeHead(302, { location: `${sink}${path}` }).end()
      },
      'provider_bad_response',
    ],
    [
      'of 2 MB',
      (res) => {
        sendJson(res, { issuer: 'x'.repeat(2_000_000) })
      },
      'provider_bad_response',
    ],
    ['that does not come', () => undefined, 'provider_timeout'],
    [
      'that is cut off',
      (res) => {
        res.writeHead(200, { 'content-length': '99' })
        res.write('{"issuer":', () => {
          res.destroy()
        })
      },
      'provider_bad_response',
    ],
  ])('%s starts no login', async (_what, answer, code) => {
    const sink = await startServer((_request, res) => {
      sendJson(res, fake.metadata)
    })
    const server = await startServer((_request, res) => {
      answer(res, sink.origin)
    })
    open.push(server, sink)
    const context = {
      ...contextFor({ outbound: code === 'provider_timeout' ? { timeout: 200 } : {} }),
      provider: { ...contextAt(fake).provider, issuer: server.origin },
    }
    const thrown: unknown = await login(context).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code, provider: 'invented' })
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('canary')
    expect([server.received.map(({ method, url }) => `${method} ${url}`), sink.received]).toEqual([[`GET ${path}`], []])
  })

  test.each<[string, (issuer: string) => unknown]>([
    ['another host', () => 'https://other.example'],
    ['another path', (issuer) => `${issuer}/other`],
    ['another port', (issuer) => issuer.replace(/\d+$/, '1')],
    ['https', (issuer) => issuer.replace('http:', 'https:')],
  ])('that names %s as its issuer starts no login', async (_what, other) => {
    fake.metadata['issuer'] = other(fake.issuer)
    await expect(login(contextAt(fake))).rejects.toMatchObject({
      code: 'discovery_failed',
      message: expect.stringContaining('providers.invented.issuer') as unknown,
    })
  })

  test('without an authorization endpoint starts no login, unless the entry has one', async () => {
    delete fake.metadata['authorization_endpoint']
    await expect(login(contextAt(fake))).rejects.toMatchObject({ code: 'discovery_failed' })
    expect((await login(contextAt(fake, { authorizationEndpoint: 'https://own.example/a' }))).location).toMatch(
      /^https:\/\/own\.example\/a\?/,
    )
  })

  test('without a userinfo endpoint leaves the ID Token as the profile', async () => {
    delete fake.metadata['userinfo_endpoint']
    const started = await startAt(fake)
    fake.claims['name'] = 'Of the token'
    await expect(finish(started)).resolves.toMatchObject({ user: { id: 'ada', name: 'Of the token' } })
  })

  test('where the entry says, names its issuer all the same', async () => {
    const context = contextAt(fake, { discoveryEndpoint: `${fake.issuer}${path}?p=policy` })
    await expect(finish(await startAt(fake, context))).resolves.toMatchObject({ user: { id: 'ada' } })
    for (const issuer of ['https://other.example', `${fake.issuer}/`, undefined]) {
      fake.metadata['issuer'] = issuer
      await expect(login(contextAt(fake, { discoveryEndpoint: `${fake.issuer}${path}` }))).rejects.toMatchObject({
        code: 'discovery_failed',
      })
    }
    const page = await startServer((_request, res) => {
      res.end('<html>')
    })
    open.push(page)
    await expect(login(contextAt(fake, { discoveryEndpoint: page.origin }))).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('is not looked for where the entry has all addresses', async () => {
    const { issuer } = fake
    const context = contextAt(fake, {
      discovery: false,
      authorizationEndpoint: `${issuer}/authorize`,
      tokenEndpoint: `${issuer}/token`,
      jwksUri: `${issuer}/keys`,
    })
    const started = await startAt(fake, context)
    await expect(finish(started)).resolves.toMatchObject({ user: { id: 'ada' } })
    expect([fake.calls(path), fake.calls('/keys'), fake.calls('/userinfo')]).toEqual([0, 1, 0])
  })

  test('without an issuer in the entry is not looked for', async () => {
    const { issuer: _issuer, ...provider } = contextAt(fake).provider
    await expect(login({ ...contextAt(fake), provider })).rejects.toMatchObject({ code: 'config_invalid' })
    expect(fake.server.received).toEqual([])
  })
})

test('Of many tenants behind one document, an answer names one, in the place of the place holder and nowhere else', async () => {
  const document = { ...fake.metadata, issuer: 'https://login.example/{tenantid}/v2.0' }
  const page = await startServer((_request, res) => {
    sendJson(res, document)
  })
  open.push(page)
  const context = contextAt(fake, { issuer: 'https://login.example/{tenantid}/v2.0', discoveryEndpoint: page.origin })
  const started = await startAt(fake, context)
  for (const iss of [
    'https://login.example/{tenantid}/v2.0/',
    'https://login.example/a/b/v2.0',
    'https://login.example//v2.0',
    'https://evil.example/a/v2.0',
    'https://login.example/a/v2.0?x',
    'https://login.example/a#/v2.0',
    'https://login.example/v2.0',
  ]) {
    await expect(finish({ ...started, parameters: { ...started.parameters, iss } })).rejects.toMatchObject({ code: 'issuer_mismatch' })
  }
  expect(fake.calls('/token')).toBe(0)
})

describe('What is known', () => {
  const hour = 3600_000
  let now = 0
  let down = false
  let loads = 0
  function watched(provider: Partial<ResolvedProvider> = {}): Context {
    const real = contextFor().http
    const http: Http = async (request) => {
      if (!request.url.endsWith(path)) return real(request)
      loads++
      if (down) throw new Error('down')
      return real(request)
    }
    return contextAt(fake, provider, { now: () => now, http })
  }
  beforeEach(() => {
    now = Date.now()
    down = false
    loads = 0
  })

  test('is fetched again after an hour, once for all who ask', async () => {
    const context = watched()
    await login(context)
    now += hour - 1
    await login(context)
    expect(loads).toBe(1)
    now += 1
    await Promise.all(Array.from({ length: 200 }, () => login(context)))
    expect(loads).toBe(2)
    await login(context)
    expect(loads).toBe(2)
  })

  test('takes over what changed', async () => {
    const context = watched()
    await login(context)
    fake.metadata['authorization_endpoint'] = 'https://moved.example/a'
    expect((await login(context)).location).not.toContain('moved')
    now += hour
    expect((await login(context)).location).toContain('moved')
  })

  test('serves while the provider is down, for a day since it was fetched, and is refreshed when it is back', async () => {
    const context = watched()
    await login(context)
    down = true
    now += hour
    await Promise.all(Array.from({ length: 50 }, () => login(context)))
    // Nobody waits for a provider that was down a moment ago.
    for (let round = 0; round < 10; round++) await login(context)
    expect(loads).toBe(2)
    now += 22 * hour
    await expect(login(context)).resolves.toBeDefined()
    expect(loads).toBe(3)
    down = false
    now += 60_000
    await login(context)
    await login(context)
    expect(loads).toBe(4)
    down = true
    now += 24 * hour
    await expect(login(context)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })

  test('is not a failure: all who waited fail, the next one tries again', async () => {
    const context = watched()
    down = true
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => login(context)))
    expect([all.every(({ status }) => status === 'rejected'), loads]).toEqual([true, 1])
    down = false
    await expect(login(context)).resolves.toBeDefined()
    expect(loads).toBe(2)
  })

  test("is each entry's own", async () => {
    await Promise.all([login(watched()), login(watched())])
    expect(loads).toBe(2)
  })
})
