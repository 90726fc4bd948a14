import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { login } from '../../../lib/login.js'
import type { Context } from '../../../lib/types.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid } from '../../support/unitOpenid.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../support/unitServer.js'

const keys = await generateKeyPair('RS256', { extractable: true })
const path = '/.well-known/openid-configuration'

let fake: FakeOpenid
let front: SmallServer
let sink: SmallServer
/** What stands before the provider: an address to redirect to, or nothing. */
let redirect: (request: Received) => { location: string; status?: number } | undefined

beforeEach(async () => {
  fake = await startFakeOpenid(keys)
  sink = await startServer((_request, res) => {
    sendJson(res, fake.metadata)
  })
  front = await startServer(async (request, res) => {
    const found = redirect(request)
    if (found) {
      res.writeHead(found.status ?? 302, { location: found.location }).end()
      return
    }
    const {
      method,
      headers: { host: _host, ...headers },
      body,
    } = request
    const answer = await fetch(`${fake.server.origin}${request.url.replace(/\/(?=\?|$)/, '')}`, {
      method,
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
    })
    sendJson(res, await answer.json(), answer.status)
  })
  fake.issuer = front.origin
  for (const [name, value] of Object.entries(fake.metadata)) {
    if (typeof value === 'string') fake.metadata[name] = value.replace(fake.server.origin, front.origin)
  }
})
afterEach(() => Promise.all([fake.close(), front.close(), sink.close()]))

const slash =
  (...paths: string[]) =>
  ({ url }: Received): { location: string; status: number } | undefined => {
    const asked = url.split('?')[0] ?? ''
    return paths.includes(asked) ? { location: `${asked}/`, status: 301 } : undefined
  }

describe('A server that redirects to the path with a slash', () => {
  test.each([
    ['by openid-client', {}],
    ['where the entry says', { discoveryEndpoint: path }],
  ])('is signed in with, its document found %s', async (_way, entry) => {
    redirect = slash(path, '/keys')
    const own = 'discoveryEndpoint' in entry ? { discoveryEndpoint: `${front.origin}${path}` } : {}
    await expect(finish(await startAt(fake, contextAt(fake, own)))).resolves.toMatchObject({ user: { id: 'ada' } })
    expect(front.received.map(({ url }) => url)).toEqual([path, `${path}/`, '/token', '/keys', '/keys/', '/userinfo'])
  })

  test.each([
    ['/token', 'provider_bad_response'],
    ['/userinfo', 'provider_bad_response'],
  ])('is not followed at %s, where secrets go', async (endpoint, code) => {
    redirect = slash(endpoint)
    await expect(finish(await startAt(fake))).rejects.toMatchObject({ code })
    expect(front.received.map(({ url }) => url)).not.toContain(`${endpoint}/`)
  })
})

describe('A document', () => {
  const steps =
    (count: number) =>
    ({ url }: Received): { location: string } | undefined => {
      const step = Number(new URL(url, 'http://a').searchParams.get('step') ?? 0)
      return url.startsWith(path) && step < count ? { location: `?step=${String(step + 1)}` } : undefined
    }

  test('is read after three redirects, and not after four', async () => {
    redirect = steps(3)
    await expect(login(contextAt(fake))).resolves.toBeDefined()
    redirect = steps(4)
    await expect(login(contextAt(fake))).rejects.toMatchObject({
      code: 'provider_bad_response',
      message: expect.stringContaining('too often') as unknown,
      provider: 'invented',
    })
  })

  test.each<[string, () => string]>([
    ['another host', () => `${sink.origin}${path}`],
    ['another scheme', () => front.origin.replace('http:', 'https:')],
    ['another name of this machine', () => front.origin.replace('127.0.0.1', 'localhost')],
    ['a place with a password', () => front.origin.replace('//', '//ada:pw@')],
    ['nowhere', () => 'http://'],
    ['a script', () => 'javascript:alert(1)'],
  ])('is not looked for at %s', async (_what, location) => {
    redirect = ({ url }) => (url === path ? { location: location() } : undefined)
    await expect(login(contextAt(fake))).rejects.toMatchObject({
      code: 'provider_bad_response',
      message: expect.stringContaining('another site') as unknown,
    })
    expect([front.received.length, sink.received.length]).toEqual([1, 0])
  })

  test('is waited for no longer than one call may take, however often it is redirected', async () => {
    const waits: (number | undefined)[] = []
    const context = contextAt(fake)
    const watched: Context = {
      ...context,
      http: (request) => {
        waits.push(request.timeout)
        return context.http(request)
      },
    }
    redirect = steps(3)
    await login(watched)
    expect(waits).toHaveLength(4)
    expect(waits.every((wait, index) => Number(wait) <= (waits[index - 1] ?? context.outbound.timeout))).toBe(true)
  })
})
