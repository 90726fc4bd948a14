import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { ApiClient, AuthError, AuthRouterOptions, ProtocolDefinition, ProviderEntry } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startOwnSite } from '../support/cas/application.js'
import { sendJson, type AppHandler, type AppParts } from '../support/hosts.js'
import { echoProtocol, keyProtocol, startKeyServer, type KeyServer } from '../support/ownProtocols.js'
import type { Site } from '../support/site.js'

/** The API client over a protocol of an application's own that brings tokens: signed by it, and refreshed by it. */

let server: KeyServer
let site: Site
let browser: Browser

beforeEach(async () => {
  server = await startKeyServer()
  browser = createBrowser()
})
afterEach(async () => {
  await site.close()
  await server.close()
})

async function codeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return (error as AuthError).code
  }
}

function answering(work: (client: ApiClient) => unknown): AppHandler {
  return async (req, res) => {
    sendJson(res, await codeOf(() => work(req.oauthClient)))
  }
}

const handlers: Record<string, AppHandler> = {
  '/call': answering(async (client) => (await client.get<{ path: string }>('things/{id}')).data.path),
  '/stream': answering(async (client) => ((await (await client.fetch('stream')).json()) as { path: string }).path),
  '/three': answering(async (client) => (await Promise.all(['a', 'b', 'c'].map((path) => client.get(path)))).map(({ status }) => status)),
  '/elsewhere': answering((client) => client.get('https://elsewhere.example/')),
  '/for': answering((client) => client.for({ scope: ['more'] }).get('me')),
  '/seal': answering((client) => client.credentials.seal()),
  '/credentials': answering(({ credentials }) => ({ type: credentials.tokenType, left: credentials.expiresIn })),
}

async function start(options: Partial<AuthRouterOptions> = {}, entry: ProviderEntry = {}, parts: Partial<AppParts> = {}): Promise<void> {
  site = await startOwnSite(
    {
      ...options,
      providers: { keys: { protocol: keyProtocol, ...server.options, clientId: 'app', clientSecret: 'canary-app-secret', ...entry } },
    },
    { ...parts, handlers },
  )
}

async function at<T = unknown>(path: string): Promise<T> {
  return (await browser.json<T>(site.url + path)).data
}

const modes: Record<string, () => [Partial<AuthRouterOptions>, Partial<AppParts>]> = {
  'a sealed cookie': () => [{}, {}],
  'a token store': () => [{ tokenStore: memoryTokenStore() }, {}],
  'express-session': () => [
    {},
    { before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never] },
  ],
}

describe.each(Object.entries(modes))('Tokens of an own protocol, in %s', (_name, mode) => {
  test('sign calls of the API, as the protocol has it, and the profile request too', async () => {
    const [options, parts] = mode()
    await start(options, {}, parts)
    await browser.go(`${site.url}/auth/keys`)
    expect(await at('/me')).toMatchObject({
      id: 'ada-7',
      name: 'Ada Example',
      raw: { id: 'ada-7', full_name: 'Ada Example', path: '/api/me' },
    })
    expect(await at('/call')).toBe('/api/things/ada-7')
    expect(await at('/stream')).toBe('/api/stream')
    expect(await at('/credentials')).toEqual({ type: 'Bearer', left: expect.any(Number) })
    expect(server.counts).toEqual({ granted: 1, refreshed: 0, called: 3, refused: 0 })
    expect(await at('/elsewhere')).toBe('host_not_allowed')
  })

  test('are refreshed once when they are due or refused, however many calls wait, and the session goes on with the new ones', async () => {
    const [options, parts] = mode()
    await start(options, {}, parts)
    server.lifetime = 0
    await browser.go(`${site.url}/auth/keys`)
    server.lifetime = 3600
    expect(await at('/three')).toEqual([200, 200, 200])
    expect(await at('/call')).toBe('/api/things/ada-7')
    expect(server.counts).toMatchObject({ granted: 1, refreshed: 1, refused: 0 })
    server.end()
    expect(await at('/three')).toEqual([200, 200, 200])
    expect(await at('/call')).toBe('/api/things/ada-7')
    expect(server.counts).toMatchObject({ granted: 1, refreshed: 2, refused: 3 })
  })
})

describe('Tokens of an own protocol', () => {
  test('that the provider refuses to refresh ask for another sign-in', async () => {
    await start({ tokenStore: memoryTokenStore() })
    server.lifetime = 0
    server.refusesRefresh = true
    await browser.go(`${site.url}/auth/keys`)
    expect(await at('/call')).toBe('reauth_required')
  })

  test('serve jobs, sealed', async () => {
    await start()
    await browser.go(`${site.url}/auth/keys`)
    const sealed = await at<string>('/seal')
    const { data } = await site.router.client('keys', sealed).get<{ path: string }>('job')
    expect(data.path).toBe('/api/job')
  })

  test('are for the whole API of their user: no other target, no grant of the application', async () => {
    await start()
    await browser.go(`${site.url}/auth/keys`)
    expect(await at('/for')).toBe('config_invalid')
    expect(await codeOf(() => site.router.client('keys', { grant: 'client_credentials' }))).toBe('config_invalid')
    expect(server.counts.granted).toBe(1)
  })

  test('whose application has no secret with the provider is refused at start', async () => {
    await start()
    const at = (entry: ProviderEntry) => () => site.router.register('late', { protocol: keyProtocol, ...server.options, ...entry })
    expect(at({ clientId: 'app' })).toThrow(
      'providers.late.clientSecret is missing: set it, or the environment variable LATE_CLIENT_SECRET.',
    )
    expect(at({ clientSecret: 'secret' })).toThrow('providers.late.clientId is missing')
  })
})

describe('A signature that the protocol makes', () => {
  const signing = (sign: NonNullable<ProtocolDefinition['sign']>, more: Partial<ProtocolDefinition> = {}): ProviderEntry => ({
    protocol: echoProtocol({
      tokens: true,
      exchange: () => ({ tokens: { accessToken: 'canary-token' }, response: { id: '7' } }),
      userinfo: (_context, { response }) => ({ ...response }),
      sign,
      ...more,
    }),
    apiBaseUrl: server.options.apiBaseUrl,
  })
  const wrong = <T>(value: unknown): T => value as T

  test.each<[string, NonNullable<ProtocolDefinition['sign']>, string]>([
    [
      'leads to another host',
      (_c, { accessToken }, { headers }) => ({ url: `https://evil.example/${accessToken}`, headers }),
      'host_not_allowed',
    ],
    ['leads nowhere', (_c, _t, { headers }) => ({ url: '/api', headers }), 'hook_failed'],
    ['has no headers', (_c, _t, { url }) => wrong({ url }), 'hook_failed'],
    ['has a header that is a list', (_c, _t, { url }) => ({ url, headers: wrong({ a: ['b'] }) }), 'hook_failed'],
    ['has a body that is an object', (_c, _t, { url, headers }) => ({ url, headers, body: wrong({}) }), 'hook_failed'],
    ['is nothing', () => wrong(undefined), 'hook_failed'],
    ['fails', () => Promise.reject(new Error('canary')), 'hook_failed'],
  ])('and that %s sends nothing', async (_name, sign, code) => {
    site = await startOwnSite({ providers: { keys: signing(sign) } }, { handlers })
    await browser.go(`${site.url}/auth/keys`)
    expect(await at('/call')).toBe(code)
    expect(await at('/stream')).toBe(code)
    expect(server.received).toEqual([])
  })

  test('may cover the body, which then is no stream, and may be taken out of an address again', async () => {
    const covers = signing((_c, { accessToken }, { url, headers, body }) => ({ url: `${url}?key=${accessToken}`, headers, body }), {
      covers: () => true,
      unsigned: (address) => {
        address.searchParams.delete('key')
        return address
      },
    })
    site = await startOwnSite(
      { providers: { keys: covers } },
      {
        handlers: {
          '/up': answering((client) => client.fetch('up', { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' })),
          '/call': answering(async (client) => (await client.get('x')).status),
        },
      },
    )
    await browser.go(`${site.url}/auth/keys`)
    expect(await at('/up')).toBe('bad_request')
    expect(await at('/call')).toBe(401)
    expect(server.received.map(({ url }) => url)).toEqual(['/api/x?key=canary-token'])
  })
})

test('a protocol without a signature of its own sends bearer tokens', async () => {
  const protocol = echoProtocol({
    tokens: true,
    exchange: () => ({ tokens: { accessToken: 'canary-token' }, response: { id: '7' } }),
    userinfo: (_context, { response }) => ({ ...response }),
  })
  site = await startOwnSite({ providers: { keys: { protocol, apiBaseUrl: server.options.apiBaseUrl } } }, { handlers })
  await browser.go(`${site.url}/auth/keys`)
  await at('/call')
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer canary-token')
})
