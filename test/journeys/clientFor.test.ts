import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import session from 'express-session'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { authRouter, type AuthError, type AuthRouterOptions, type Tokens } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startGrantApplication, type GrantApplication, type GrantApplicationParts } from '../support/grantApplication.js'
import { resources, startGrantServer, type Echo, type GrantServer } from '../support/grantServer.js'
import { sendJson, type AppHandler } from '../support/hosts.js'

/** `client.for({ resource, scope })` at a certified server that rotates refresh tokens and ends the access when one comes twice. */

const [files, mail] = resources

let server: GrantServer
beforeAll(async () => {
  server = await startGrantServer()
})
afterAll(() => server.close())

const open: GrantApplication[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

afterEach(() => {
  jest.restoreAllMocks()
})

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

beforeEach(() => {
  server.tokenCalls.length = 0
  server.accessTokenLifetime = 3600
})

const handlers: Record<string, AppHandler> = {
  '/own': async (req, res) => {
    sendJson(res, (await req.oauthClient.get('echo')).data)
  },
  '/force': async (req, res) => {
    await req.oauthClient.credentials.refresh({ force: true })
    sendJson(res, (await req.oauthClient.get('echo')).data)
  },
  '/files': async (req, res) => {
    sendJson(res, (await req.oauthClient.for({ resource: files }).get('echo')).data)
  },
  '/mail': async (req, res) => {
    sendJson(res, (await req.oauthClient.for({ resource: mail, scope: ['read'] }).get('echo')).data)
  },
  '/all': async (req, res) => {
    const clients = [
      req.oauthClient,
      req.oauthClient.for({ resource: files }),
      req.oauthClient.for({ resource: mail, scope: ['read'] }),
      req.oauthClient.for({ resource: files }),
    ]
    sendJson(res, await Promise.all(clients.map(async (client) => (await client.get('echo')).data)))
  },
  '/seal': (req, res) => {
    sendJson(res, { text: req.oauthClient.credentials.seal() })
  },
  '/refused': async (req, res) => {
    const target = req.url?.includes('scope') ? { scope: ['admin'] } : { resource: 'https://unknown.example/' }
    const error = (await req.oauthClient
      .for(target)
      .get('echo')
      .catch((thrown: unknown) => thrown)) as AuthError
    sendJson(res, [error.code, error.providerError])
  },
  '/revoke': async (req, res) => {
    const { credentials } = req.oauthClient.for({ resource: files })
    const refused: unknown = await credentials.revoke().catch((error: unknown) => (error as { code: string }).code)
    sendJson(res, { refused, revoked: await req.oauthClient.credentials.revoke() })
  },
}

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<GrantApplicationParts> = {}): Promise<GrantApplication> {
  const app = await startGrantApplication(server, { options, handlers, ...parts })
  open.push(app)
  return app
}

const refreshes = (): (string | null)[] =>
  server.tokenCalls
    .map(({ form }) => form)
    .filter((form) => form.get('grant_type') === 'refresh_token')
    .map((form) => form.get('resource'))
const refreshTokens = (): (string | null)[] =>
  server.tokenCalls.map(({ form }) => form.get('refresh_token')).filter((token) => token !== null)

async function audience(browser: Browser, url: string): Promise<string | undefined> {
  return (await browser.json<Echo>(url)).data.audience
}

const modes: [string, () => Partial<AuthRouterOptions>][] = [
  ['a token store', () => ({ tokenStore: memoryTokenStore() })],
  [
    'a token store that cannot lock',
    () => {
      const { lock: _lock, ...tokenStore } = memoryTokenStore()
      return { tokenStore }
    },
  ],
  ['the encrypted cookie', () => ({})],
  ['a session store', () => ({ session: { store: new session.MemoryStore() } })],
]

describe.each(modes)('With %s', (_mode, options) => {
  test('each resource has a token of its own, beside that of the account, and one refresh token serves them all', async () => {
    const app = await start(options())
    const browser = await app.signedIn()
    const revoked = server.revokedGrants()
    expect((await browser.json<Echo>(`${app.url}/own`)).data).toMatchObject({ subject: 'ada' })
    for (let round = 0; round < 3; round++) {
      expect(await audience(browser, `${app.url}/files`)).toBe(files)
      expect((await browser.json<Echo>(`${app.url}/mail`)).data).toMatchObject({ audience: mail, scope: 'read' })
      expect(await audience(browser, `${app.url}/own`)).toBeUndefined()
    }
    expect(refreshes()).toEqual([files, mail])
    expect(await audience(browser, `${app.url}/force`)).toBeUndefined()
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    expect(refreshes()).toEqual([files, mail, null])
    expect(new Set(refreshTokens()).size).toBe(3)
    expect(server.revokedGrants()).toBe(revoked)
  })

  test('clients that ask at once, in one request and in several, use each refresh token once', async () => {
    const app = await start(options())
    const browser = await app.signedIn()
    const revoked = server.revokedGrants()
    const expected = [undefined, files, mail, files]
    const all = await Promise.all(Array.from({ length: 4 }, () => browser.json<Echo[]>(`${app.url}/all`)))
    for (const { data } of all) expect(data.map((told) => told.audience)).toEqual(expected)
    expect([...refreshes()].sort()).toEqual([files, mail])
    const again = await Promise.all(['/force', '/files', '/mail', '/all'].map((path) => browser.json(app.url + path)))
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await browser.json<Echo[]>(`${app.url}/all`)).data.map((told) => told.audience)).toEqual(expected)
    expect(new Set(refreshTokens()).size).toBe(refreshTokens().length)
    expect(server.revokedGrants()).toBe(revoked)
  })

  test('each is refreshed by itself when it has ended', async () => {
    const app = await start(options())
    const browser = await app.signedIn()
    server.accessTokenLifetime = 60
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    server.accessTokenLifetime = 3600
    expect(await audience(browser, `${app.url}/mail`)).toBe(mail)
    later(61)
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    expect(await audience(browser, `${app.url}/mail`)).toBe(mail)
    expect(refreshes()).toEqual([files, mail, files])
  })

  test('one that the provider does not give is refused, and leaves the account as it is', async () => {
    const app = await start(options())
    const browser = await app.signedIn()
    for (let round = 0; round < 2; round++)
      expect((await browser.json(`${app.url}/refused?scope`)).data).toEqual(['reauth_required', 'invalid_scope'])
    expect(refreshes()).toHaveLength(1)
    expect((await browser.json(`${app.url}/force`)).status).toBe(200)
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    // This server uses the refresh token up before it looks at the resource.
    expect((await browser.json(`${app.url}/refused`)).data).toEqual(['reauth_required', 'invalid_target'])
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    expect(await audience(browser, `${app.url}/own`)).toBeUndefined()
  })

  test('all of them end with the account', async () => {
    const app = await start(options())
    const browser = await app.signedIn()
    await browser.json(`${app.url}/files`)
    expect((await browser.json(`${app.url}/revoke`)).data).toEqual({ refused: 'bad_request', revoked: true })
    expect((await browser.go(`${app.url}/files`)).status).toBe(401)
    expect((await browser.go(`${app.url}/own`)).status).toBe(401)
  })
})

test('Processes with one token store use each refresh token once', async () => {
  const app = await start({ tokenStore: memoryTokenStore() })
  const browser = await app.signedIn()
  const text = (await browser.json<{ text: string }>(`${app.url}/seal`)).data.text
  const revoked = server.revokedGrants()
  const processes = Array.from({ length: 4 }, () => authRouter(app.config))
  const audiences = await Promise.all(
    processes.flatMap((router) =>
      [files, mail].map(async (resource) => (await router.client('corp', text).for({ resource }).get<Echo>('echo')).data.audience),
    ),
  )
  expect(audiences).toEqual([files, mail, files, mail, files, mail, files, mail])
  expect([...refreshes()].sort()).toEqual([files, mail])
  expect(server.revokedGrants()).toBe(revoked)
  expect(await audience(browser, `${app.url}/files`)).toBe(files)
  expect(refreshes()).toHaveLength(2)
  await Promise.all(processes.map((router) => router.close()))
})

test('A cookie without room for the tokens of other resources works all the same, and says so', async () => {
  const lines: string[] = []
  const note = (line: unknown): void => void lines.push(JSON.stringify(line))
  const logger = { debug: note, info: note, warn: note, error: note }
  const hooks = { onLogin: () => ({ user: { note: 'x'.repeat(3_550) } }) }
  const app = await start({ hooks, logger } as never)
  const browser = await app.signedIn()
  const revoked = server.revokedGrants()
  for (let round = 0; round < 3; round++) {
    expect(await audience(browser, `${app.url}/files`)).toBe(files)
    expect(await audience(browser, `${app.url}/mail`)).toBe(mail)
  }
  expect(lines.filter((line) => line.includes('access tokens for other resources do not fit')).length).toBeGreaterThan(0)
  // This process remembers them.
  expect(refreshes()).toEqual([files, mail])
  expect(server.revokedGrants()).toBe(revoked)
})

test('A grant for one resource makes clients for others', async () => {
  const app = await start()
  const client = app.router.client('corp', { grant: 'client_credentials', resource: files, scope: ['read'] })
  const told = await Promise.all(
    [client, client.for({ resource: mail }), client.for({ resource: mail, scope: ['write'] })].map(
      async (own) => (await own.get<Echo>('echo')).data,
    ),
  )
  expect(told.map(({ audience: of, scope }) => [of, scope])).toEqual([
    [files, 'read'],
    [mail, 'read'],
    [mail, 'write'],
  ])
})

test.each([{}, { resource: 'files' }, { scope: 'read' }, { audience: 'x' }, { resource: files, scop: [] }])(
  '%j is no target',
  async (target) => {
    const app = await start()
    const client = app.router.client('corp', { accessToken: 'x', tokenType: 'Bearer' })
    expect(() => client.for(target as never)).toThrow(expect.objectContaining({ code: 'bad_request' }))
  },
)

test('While nobody is signed in, calls of such a client are login_required', async () => {
  const app = await start()
  expect((await createBrowser().go(`${app.url}/files`)).status).toBe(401)
})

test("A user's account that outlives sessions has one refresh token for jobs and requests", async () => {
  const userStore = memoryUserStore()
  const app = await start({ keepTokens: 'user', tokenStore: memoryTokenStore(), userStore })
  const browser = await app.signedIn()
  const revoked = server.revokedGrants()
  const row = await userStore.findByKey('corp$ada')
  const job = app.router.client('corp', { user: row?.id ?? '' })
  const told = await Promise.all([
    job.for({ resource: files }).get<Echo>('echo'),
    job.for({ resource: mail }).get<Echo>('echo'),
    browser.json<Echo>(`${app.url}/files`),
  ])
  expect(told.map(({ data }) => data.audience)).toEqual([files, mail, files])
  expect([...refreshes()].sort()).toEqual([files, mail])
  expect((await browser.json(`${app.url}/force`)).status).toBe(200)
  expect((await job.for({ resource: mail }).get<Echo>('echo')).data.audience).toBe(mail)
  expect(server.revokedGrants()).toBe(revoked)
})

test('Bound tokens are bound to the same key, for whatever resource', async () => {
  const app = await start({}, { entry: { dpop: true }, client: { dpop_bound_access_tokens: true } })
  const browser = await app.signedIn()
  const expected = [undefined, files, mail, files]
  expect((await browser.json<Echo[]>(`${app.url}/all`)).data.map((told) => told.audience)).toEqual(expected)
  expect((await browser.json<Echo[]>(`${app.url}/all`)).data.map((told) => told.audience)).toEqual(expected)
  expect([...refreshes()].sort()).toEqual([files, mail])
})

test('An account without a refresh token is told so', async () => {
  const app = await start(
    {},
    { client: { grant_types: ['authorization_code'] }, entry: { scope: ['openid', 'read'], authorizationParams: {} } },
  )
  const browser = await app.signedIn()
  expect((await browser.json(`${app.url}/own`)).status).toBe(200)
  expect((await browser.go(`${app.url}/files`)).status).toBe(401)
  expect(refreshes()).toEqual([])
})

test("A table of the application's is given all of them", async () => {
  const table = new Map<string, Tokens>()
  const revoked = server.revokedGrants()
  const app = await start({
    fetchToken: (_slug, _req, user) => table.get(user.key),
    hooks: {
      onTokens({ user, tokens }) {
        if (user?.key !== undefined) table.set(user.key, structuredClone(tokens))
      },
    },
  })
  const browser = await app.signedIn()
  await browser.json(`${app.url}/all`)
  expect(await audience(browser, `${app.url}/files`)).toBe(files)
  expect([...refreshes()].sort()).toEqual([files, mail])
  const [kept] = [...table.values()]
  expect(Object.keys(kept?.byResource ?? {})).toHaveLength(2)
  expect(server.revokedGrants()).toBe(revoked)
})
