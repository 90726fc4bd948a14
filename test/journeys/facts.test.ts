import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { AuthError } from '../../lib/base/errors.js'
import { createApiClient } from '../../lib/client/apiClient.js'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import type { Tokens } from '../../lib/types.js'
import { authRouter } from '../../middleware/index.js'
import { memoryTokenStore } from '../../lib/stores/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson as sendHostJson } from '../support/hosts.js'
import { contextFor } from '../support/context.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** Facts of the connection in an application: with an entry of its own, over a refresh, in a token store, in a job. */

const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface Provider extends SmallServer {
  /** What the next token answers say of the instance. */
  instance: unknown
  /** Seconds that access tokens live. */
  lifetime: number
  /** Calls of the API, as host, path and token. */
  calls: string[]
}

async function startProvider(): Promise<Provider> {
  let count = 0
  const server = await startServer(({ url, headers, body }, res) => {
    if (url === '/token') {
      const refreshed = new URLSearchParams(body).get('grant_type') === 'refresh_token'
      count += 1
      const instance = provider.instance === undefined ? {} : { instance_url: provider.instance }
      sendJson(res, {
        access_token: `token-${String(count)}`,
        token_type: 'Bearer',
        refresh_token: 'refresh',
        expires_in: refreshed ? 3600 : provider.lifetime,
        ...instance,
      })
    } else if (url === '/me') sendJson(res, { id: '1', name: 'Ada' })
    else {
      provider.calls.push(`${headers.host ?? ''}${url} ${headers.authorization ?? ''}`)
      sendJson(res, {})
    }
  })
  const provider: Provider = Object.assign(server, { instance: undefined, lifetime: 3600, calls: [] })
  open.push(server.close)
  return provider
}

function entryAt({ origin }: SmallServer, options: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    protocol: 'oauth2',
    clientId: 'app',
    clientSecret: 'canary-secret',
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    userinfoEndpoint: `${origin}/me`,
    apiBaseUrl: '{instanceUrl}/services/',
    facts: { instanceUrl: { path: 'instance_url', hosts: ['127.0.0.1', 'localhost'] } },
    profile: { id: 'id', name: 'name' },
    ...options,
  }
}

async function answered(res: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  sendHostJson(res, await work().catch((error: unknown) => (error as AuthError).toJSON()))
}

async function startApplication(entry: Record<string, unknown>, options: object = {}) {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const router = authRouter({
    secret: 'a secret of the tests, long enough to seal',
    baseUrl: url,
    logger: false,
    providers: { own: entry as never },
    ...options,
  })
  open.push(close)
  app = hosts['Express 5']({
    router,
    handlers: {
      '/call': async (req, res) => {
        await answered(res, async () => ({ status: (await req.oauthClient.get('things')).status, facts: req.oauthClient.facts }))
      },
      '/sealed': (req, res) => {
        sendHostJson(res, { sealed: req.oauthClient.credentials.seal() })
      },
      '/refresh': async (req, res) => {
        await answered(res, async () => {
          await req.oauthClient.credentials.refresh({ force: true })
          return req.oauthClient.facts
        })
      },
    },
  })
  const browser = createBrowser()
  const signIn = async (): Promise<{ status: number; body: string }> => {
    const start = await browser.go(`${url}/auth/own`, { follow: false })
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
    return browser.go(`${url}/auth/own/callback?code=c&state=${state}`, { follow: false, headers: { accept: 'application/json' } })
  }
  const get = async (path: string): Promise<Record<string, unknown>> => (await browser.json<Record<string, unknown>>(url + path)).data
  return { router, signIn, get }
}

describe.each([
  ['in the session', () => ({})],
  ['in a token store', () => ({ tokenStore: memoryTokenStore() })],
])('tokens %s', (_where, options) => {
  test('the API is where the token answer says, and a refresh may move it to another host that is listed', async () => {
    const provider = await startProvider()
    const instance = await startProvider()
    provider.instance = instance.origin
    const app = await startApplication(entryAt(provider), options())
    await app.signIn()

    expect(await app.get('/call')).toEqual({ status: 200, facts: { instanceUrl: instance.origin } })
    expect(instance.calls).toEqual([`${new URL(instance.origin).host}/services/things Bearer token-1`])

    provider.instance = undefined
    expect(await app.get('/refresh')).toEqual({ instanceUrl: instance.origin })
    provider.instance = provider.origin
    expect(await app.get('/refresh')).toEqual({ instanceUrl: provider.origin })
    await app.get('/call')
    expect(provider.calls).toEqual([`${new URL(provider.origin).host}/services/things Bearer token-3`])
  })

  test('a refresh that names another host is refused, and no call goes there', async () => {
    const provider = await startProvider()
    provider.instance = provider.origin
    const app = await startApplication(entryAt(provider), options())
    await app.signIn()

    provider.instance = 'https://evil.example/'
    expect(await app.get('/refresh')).toMatchObject({ error: 'provider_bad_response', message: expect.stringContaining('instanceUrl') })
    expect(await app.get('/call')).toEqual({ status: 200, facts: { instanceUrl: provider.origin } })
  })

  test('facts travel with sealed credentials into a job', async () => {
    const provider = await startProvider()
    provider.instance = provider.origin
    const app = await startApplication(entryAt(provider), options())
    await app.signIn()
    const { sealed } = await app.get('/sealed')

    const client = app.router.client('own', String(sealed))
    await client.get('job')
    expect(client.facts).toEqual({ instanceUrl: provider.origin })
    expect(provider.calls.at(-1)).toContain('/services/job Bearer')
  })
})

test('access of the application itself is asked for before its address is known', async () => {
  const provider = await startProvider()
  provider.instance = provider.origin
  const { router } = await startApplication(entryAt(provider))
  const client = router.client('own', { grant: 'client_credentials' })

  expect((await client.get('things')).status).toBe(200)
  for await (const page of client.pages('pages')) expect(page.status).toBe(200)
  expect((await client.fetch('stream')).status).toBe(200)
  expect(provider.calls.map((call) => call.split(' ')[0]?.replace(/^[^/]*/, ''))).toEqual([
    '/services/things',
    '/services/pages',
    '/services/stream',
  ])
})

test('a connection without facts has no address, and says why', async () => {
  const provider = await startProvider()
  const app = await startApplication(entryAt(provider))
  await app.signIn()

  expect(await app.get('/call')).toMatchObject({ error: 'config_invalid', message: expect.stringContaining('has no facts') })
})

test('a login whose answer names another host leaves nobody signed in', async () => {
  const provider = await startProvider()
  provider.instance = 'https://evil.example/'
  const app = await startApplication(entryAt(provider))

  expect(await app.signIn()).toMatchObject({ status: 502, body: expect.stringContaining('provider_bad_response') })
  expect(await app.get('/call')).toMatchObject({ error: 'login_required' })
})

function clientWith(tokens: Partial<Tokens>, options: Record<string, unknown> = {}) {
  const entry = entryAt({ origin: 'https://id.example' } as SmallServer, options)
  const settings = resolveConfig({ providers: { own: entry as never } }, { catalogue: {}, env: {}, warn: () => undefined })
  const registration = settings.registrations.get('own')
  if (!registration) throw new Error('not registered')
  const sent: string[] = []
  const context = {
    ...contextFor(),
    ...registration,
    http: ({ url }: { url: string }) => {
      sent.push(url)
      return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() })
    },
  }
  const current: Tokens = { accessToken: 'canary', tokenType: 'Bearer', ...tokens }
  return { client: createApiClient(context, { source: { current: () => current, save: () => undefined } }), sent, registration }
}

describe('what was kept is looked at again before a call', () => {
  const hosts = { facts: { instanceUrl: { path: 'instance_url', hosts: ['*.good.example', 'Exact.example:8443'] } } }

  test.each(['https://a.good.example', 'https://b.a.good.example/base', 'https://exact.example:8443'])('%s', async (instanceUrl) => {
    const { client, sent } = clientWith({ facts: { instanceUrl } }, hosts)
    await client.get('x')
    expect(sent).toEqual([`${instanceUrl}/services/x`])
  })

  test.each([
    'https://evil.example',
    'https://good.example',
    'https://.good.example',
    'https://exact.example',
    'http://a.good.example',
    'http://localhost',
    'https://a.good.example@evil.example',
    'javascript:alert(1)',
    'x',
  ])('not %s', async (instanceUrl) => {
    const { client, sent } = clientWith({ facts: { instanceUrl } }, hosts)
    await expect(client.get('x')).rejects.toMatchObject({ code: 'host_not_allowed' })
    await expect(client.get('https://evil.example/')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(sent).toEqual([])
  })

  test('a fact may be one label of a host, and no more', async () => {
    const options = { facts: { region: 'region' }, apiBaseUrl: 'https://{region}.api.good.example/v1/' }
    const { client, sent } = clientWith({ facts: { region: 'us6' } }, options)
    await client.get('x')
    expect(sent).toEqual(['https://us6.api.good.example/v1/x'])
    for (const region of ['evil.example/', 'evil.example', 'a@b', '-', '', 'a\r\nb', '../x']) {
      const other = clientWith({ facts: { region } }, options)
      await expect(other.client.get('x')).rejects.toMatchObject({ code: 'config_invalid' })
      expect(other.sent).toEqual([])
    }
  })

  test('a function may not make another host of facts', async () => {
    const apiBaseUrl = ({ region = 'www' }): string => `https://${region}.example/`
    const { client, sent } = clientWith({ facts: { region: 'evil' } }, { facts: { region: 'region' }, apiBaseUrl })
    await expect(client.get('x')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(sent).toEqual([])
  })

  test('the own host of the entry stays allowed in full addresses', async () => {
    const apiBaseUrl = ({ instanceUrl = 'https://api.example' }): string => `${instanceUrl}/services/`
    const { client, sent } = clientWith({ facts: { instanceUrl: 'https://a.good.example' } }, { ...hosts, apiBaseUrl })
    await client.get('https://api.example/x')
    await client.get('https://a.good.example/x')
    await expect(client.get('https://b.good.example/x')).rejects.toMatchObject({ code: 'host_not_allowed' })
    expect(sent).toEqual(['https://api.example/x', 'https://a.good.example/x'])
  })

  test('whose an account is does not depend on its facts', () => {
    const [one, two] = ['https://a.good.example', 'https://b.good.example'].map((instanceUrl) =>
      clientWith({ facts: { instanceUrl } }, hosts),
    )
    expect(one && two && bindingOf(one.registration) === bindingOf(two.registration)).toBe(true)
  })
})

describe('an entry whose facts could send tokens anywhere is refused', () => {
  test.each([
    [{ facts: { instanceUrl: 'instance_url' } }, 'which could be any host'],
    [{ facts: { host: 'host' }, apiBaseUrl: 'https://{host}/' }, 'a host that no fact decides'],
    [{ facts: { host: 'host' }, apiBaseUrl: 'https://{host}.com/' }, 'a host that no fact decides'],
    [{ facts: { host: 'host' }, apiBaseUrl: 'https://api.example.{host}/' }, 'a host that no fact decides'],
    [{ facts: { host: 'host' }, apiBaseUrl: 'https://{host}@api.example.com/' }, 'a host that no fact decides'],
    [{ facts: { scheme: 'host' }, apiBaseUrl: '{scheme}://api.example.com/' }, 'a host that no fact decides'],
    [{ apiBaseUrl: 'https://api.example.com/{instanceUrl}/' }, 'in the middle'],
    [{ apiBaseUrl: '{instanceUrl}/{other}/' }, 'none of the provider'],
    [{ tokenEndpoint: '{instanceUrl}/token' }, 'none of the provider'],
    [{ facts: { a: { path: 'a', hosts: ['https://example.com'] } } }, 'must be a host name'],
    [{ facts: { a: { path: 'a', from: 'elsewhere' } } }, 'facts.a'],
    [{ facts: { a: { from: 'token' } } }, 'facts.a'],
  ])('%j', (options, message) => {
    const entry = entryAt({ origin: 'https://id.example' } as SmallServer, options as Record<string, unknown>)
    expect(() => resolveConfig({ providers: { own: entry as never } }, { catalogue: {}, env: {}, warn: () => undefined })).toThrow(message)
  })
})

test.each([
  ['whole', (tokens: Tokens): Tokens => tokens],
  ['without facts', ({ facts: _none, ...tokens }: Tokens): Tokens => tokens],
])('a table of the application that keeps tokens %s has the address of the login', async (_what, kept) => {
  const provider = await startProvider()
  provider.instance = provider.origin
  let row: Tokens | undefined
  const app = await startApplication(entryAt(provider), {
    fetchToken: () => row,
    hooks: {
      onTokens: ({ tokens }: { tokens: Tokens }) => {
        row = kept(tokens)
      },
    },
  })
  await app.signIn()
  expect(await app.get('/call')).toEqual({ status: 200, facts: { instanceUrl: provider.origin } })
  provider.instance = undefined
  expect(await app.get('/refresh')).toEqual({ instanceUrl: provider.origin })
})
