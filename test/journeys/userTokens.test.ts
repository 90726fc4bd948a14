import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore, type TokenStore, type UserStore } from '../../lib/stores/index.js'
import type { AuthRouter, AuthRouterOptions, AuthUser, Tokens } from '../../middleware/index.js'
import { authRouter } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson, type AppHandler } from '../support/hosts.js'

/** `keepTokens: 'user'`: tokens that belong to the user's account, serve jobs, and end with the account and not with the session. */

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
})
afterAll(async () => {
  await openid.close()
})

let store: TokenStore
let users: UserStore
let app: Application
/** Whether the provider leaves out the refresh token, as many do from the second login on. */
let isSparing = false
const closing: (() => unknown)[] = []

const handlers: Record<string, AppHandler> = {
  '/row': (req, res) => {
    sendJson(res, (req as { user?: unknown }).user ?? null)
  },
  '/clients': async (req, res) => {
    const answers = await Promise.all(
      Object.entries(req.oauthClients).map(async ([slug, client]) => [slug, (await client.get('projects')).status]),
    )
    sendJson(res, Object.fromEntries(answers))
  },
  '/credentials': (req, res) => {
    sendJson(res, Object.fromEntries(Object.entries(req.oauthClients).map(([slug, { credentials }]) => [slug, credentials])))
  },
}

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  app = await startApplication(openid, { tokenStore: store, userStore: users, keepTokens: 'user', ...options }, { handlers })
  closing.push(app.close)
}

beforeEach(() => {
  store = memoryTokenStore()
  users = memoryUserStore()
  isSparing = false
})
afterEach(async () => {
  jest.restoreAllMocks()
  for (const close of closing.splice(0).reverse()) await close()
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const at = (path: string): string => `${app.url}${path}`
const post = (browser: Browser, path: string): ReturnType<Browser['go']> => browser.go(at(path), { method: 'POST', headers: own })
const keysIn = async (browser: Browser): Promise<string[]> =>
  (await browser.json<{ accounts: AuthUser[] }>(at('/auth/session'))).data.accounts.map(({ key }) => key)
const calls = (path: RegExp): number => openid.requests.filter((request) => path.test(request.path)).length
const apiCalls = (): number => openid.requests.filter(({ path }) => path.includes('projects')).length

async function signIn(slug = 'plain'): Promise<{ browser: Browser; id: string }> {
  const browser = createBrowser()
  expect((await browser.go(at(`/auth/${slug}?returnTo=/me`))).status).toBe(200)
  return { browser, id: (await browser.json<{ id: string }>(at('/row'))).data.id }
}

/** The same application after a restart. */
function restarted(options: Partial<AuthRouterOptions> = {}): AuthRouter {
  const router = authRouter({
    secret: testSecret,
    baseUrl: app.url,
    logger: false,
    providers: app.entries,
    tokenStore: store,
    userStore: users,
    keepTokens: 'user',
    ...options,
  })
  closing.push(() => router.close())
  return router
}

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

/** A `plain` that leaves out refresh tokens when it is told to. */
const sparing = (): Record<string, unknown> => ({
  ...app.entries.plain,
  hooks: {
    tokenResponse: (answer: Record<string, unknown>) => {
      const { refresh_token: _left, ...rest } = answer
      return isSparing ? rest : answer
    },
  },
})

describe('A job', () => {
  test('calls the API of a user by id, after the sign-out, after a restart and after a change of the secret', async () => {
    await start()
    const { browser, id } = await signIn()
    expect((await app.router.client('plain', { user: id }).get('projects')).status).toBe(200)
    const revocations = calls(/revoke/)
    await post(browser, '/auth/logout')
    expect(await keysIn(browser)).toEqual([])
    expect((await app.router.client('plain', { user: id }).get('projects')).status).toBe(200)
    const client = restarted({ secret: ['another secret, for a change, long enough', testSecret] }).client('plain', { user: id })
    expect((await client.get('projects')).status).toBe(200)
    expect(client.credentials).toMatchObject({ provider: 'plain', valid: true, reauthRequired: false })
    expect(calls(/revoke/)).toBe(revocations)
  })

  test('refreshes once, with the session and other jobs', async () => {
    await start()
    const { browser, id } = await signIn()
    const others = [restarted(), restarted()]
    later(3601)
    const before = calls(/\/token$/)
    const answers = await Promise.all([
      ...others.flatMap((router) =>
        Array.from({ length: 20 }, async () => (await router.client('plain', { user: id }).get('projects')).status),
      ),
      browser.json<Record<string, number>>(at('/clients')).then(({ data }) => data['plain']),
    ])
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(calls(/\/token$/)).toBe(before + 1)
  })

  test('takes the account that the user linked last, and another one by its key', async () => {
    await start()
    const { browser, id } = await signIn()
    await post(browser, '/auth/corp/link')
    const corp = app.router.client('corp', { user: id, key: 'corp$ada-id' })
    expect((await corp.get('projects')).status).toBe(200)
    await expect(app.router.client('corp', { user: id, key: 'plain$1815' }).get('projects')).rejects.toMatchObject({ code: 'not_linked' })
  })

  test.each([
    ['a user who is not there', 'nobody', 'There is no such user.'],
    ['an account that the user has not', undefined, 'This user has no account of "corp" with tokens'],
  ])('is told of %s, and no call is made', async (_what, id, message) => {
    await start()
    const signedIn = await signIn()
    const before = apiCalls()
    const call = app.router.client('corp', { user: id ?? signedIn.id }).get('projects')
    await expect(call).rejects.toMatchObject({ code: 'not_linked', message: expect.stringContaining(message) as unknown })
    expect(apiCalls()).toBe(before)
  })

  test('may list and print its client before the first call, and is told what to do for the token', async () => {
    await start()
    const { id } = await signIn()
    const client = app.router.client('plain', { user: id })
    expect(JSON.stringify(client.credentials)).toBe('{"provider":"plain"}')
    expect(() => client.credentials.accessToken).toThrow('make a call, or await credentials.refresh()')
    await client.credentials.refresh()
    expect(client.credentials.valid).toBe(true)
    expect((await app.router.client('plain', client.credentials.seal()).get('projects')).status).toBe(200)
  })
})

describe('The account ends', () => {
  test.each([
    ['when it is unlinked', (browser: Browser): Promise<unknown> => post(browser, '/auth/corp/unlink')],
    ['when the user is forgotten', (_browser: Browser, id: string): Promise<unknown> => app.router.forget(id)],
  ])('%s: it is revoked at the provider, and no client makes another call', async (_when, end) => {
    await start()
    const { browser, id } = await signIn()
    await post(browser, '/auth/corp/link')
    const [kept, made] = [app.router.client('corp', { user: id }), restarted().client('corp', { user: id })]
    await kept.get('projects')
    await made.get('projects')
    const revocations = calls(/revoke/)
    await end(browser, id)
    const before = apiCalls()
    for (const client of [kept, made]) await expect(client.get('projects')).rejects.toMatchObject({ code: 'credentials_gone' })
    await expect(restarted().client('corp', { user: id }).get('projects')).rejects.toMatchObject({ code: 'not_linked' })
    await app.router.close()
    expect(apiCalls()).toBe(before)
    expect(calls(/revoke/)).toBeGreaterThan(revocations)
  })

  test('in other browsers too, when it is unlinked in one', async () => {
    await start()
    const { browser } = await signIn('corp')
    await post(browser, '/auth/plain/link')
    const { browser: elsewhere } = await signIn('corp')
    expect((await keysIn(elsewhere)).length).toBe(2)
    await post(browser, '/auth/plain/unlink')
    expect(await keysIn(elsewhere)).toEqual(['corp$ada-id'])
  })

  test('and the one who links it next does not share it with a session that still lists it', async () => {
    await start()
    const { browser: ada, id } = await signIn('corp')
    await post(ada, '/auth/plain/link')
    const [plain] = (await keysIn(ada)).filter((key) => key.startsWith('plain'))
    const { browser: copy } = await signIn('corp')
    await users.unlink(id, plain ?? '')
    const { browser: grace, id: graceId } = await signIn('plain')
    expect(graceId).not.toBe(id)
    expect(await keysIn(grace)).toEqual([plain])
    for (const browser of [ada, copy]) expect(await keysIn(browser)).toEqual(['corp$ada-id'])
    await expect(app.router.client('plain', { user: id }).get('projects')).rejects.toMatchObject({ code: 'not_linked' })
  })
})

describe('A sign-in', () => {
  test('brings all accounts of the user, with their tokens', async () => {
    await start()
    const { browser } = await signIn('corp')
    await post(browser, '/auth/plain/link')
    await post(browser, '/auth/logout')
    const { browser: elsewhere } = await signIn('corp')
    expect((await keysIn(elsewhere)).sort()).toEqual(['corp$ada-id', expect.stringMatching(/^plain\$/)])
    expect((await elsewhere.json(at('/clients'))).data).toEqual({ corp: 200, plain: 200 })
  })

  test('that brings no refresh token keeps the one from before', async () => {
    await start()
    app.router.register('spare', sparing() as never)
    openid.registerClient({
      clientId: String(app.entries.plain['clientId']),
      clientSecret: String(app.entries.plain['clientSecret']),
      redirectUris: [at('/auth/spare/callback')],
    })
    const { id } = await signIn('spare')
    isSparing = true
    await signIn('spare')
    isSparing = false
    later(3601)
    expect((await app.router.client('spare', { user: id }).get('projects')).status).toBe(200)
  })

  test('mends an account whose refresh the provider has refused, in every process', async () => {
    let tokens: Tokens = { accessToken: '', tokenType: 'Bearer' }
    await start({ hooks: { onTokens: (event) => void (tokens = event.tokens) } })
    const { browser, id } = await signIn()
    const told: unknown[] = []
    app.router.on('error', (event) => told.push(event))
    const other = restarted()
    // A refresh behind the application's back: the provider takes the next one, with the token used already, for theft.
    await app.router.client('plain', tokens).credentials.refresh({ force: true })
    later(3601)
    await expect(app.router.client('plain', { user: id }).get('projects')).rejects.toMatchObject({ code: 'reauth_required' })
    expect(told).toEqual([expect.objectContaining({ provider: 'plain', user: expect.objectContaining({ provider: 'plain' }) as unknown })])
    const before = calls(/\/token$/)
    const client = other.client('plain', { user: id })
    await expect(client.get('projects')).rejects.toMatchObject({ code: 'reauth_required' })
    expect(client.credentials.reauthRequired).toBe(true)
    expect((await browser.json<{ plain: unknown }>(at('/credentials'))).data.plain).toMatchObject({ reauthRequired: true, valid: false })
    expect(calls(/\/token$/)).toBe(before)
    await signIn()
    expect((await other.client('plain', { user: id }).get('projects')).status).toBe(200)
  })
})

test.each([
  [{ keepTokens: 'user', tokenStore: undefined }, 'tokenStore is missing'],
  [{ keepTokens: 'user', userStore: undefined }, 'userStore is missing'],
  [{ keepTokens: 'everybody' }, 'keepTokens'],
])('The configuration %j is refused', (options, message) => {
  const router = (): unknown =>
    authRouter({
      secret: testSecret,
      providers: { github: { clientId: 'x', clientSecret: 'y' } },
      tokenStore: store,
      userStore: users,
      ...options,
    } as never)
  expect(router).toThrow(message)
})

test('A client of a user is refused where tokens end with the session', async () => {
  await start({ keepTokens: 'session' })
  expect(() => app.router.client('plain', { user: 1 })).toThrow("needs the option keepTokens: 'user'")
})
