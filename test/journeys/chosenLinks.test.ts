import { afterEach, describe, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { authRouter, type AuthRouter } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen, sendJson as sendHostJson } from '../support/hosts.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** Accounts of one provider that asks: each is added with what was chosen for it, and keeps that. */

const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface Application {
  url: string
  shops: SmallServer
  router: AuthRouter
  browser: Browser
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const foreign = { ...own, 'sec-fetch-site': 'cross-site' }

async function startApplication(options: object = {}, entry: object = {}): Promise<Application> {
  const shops = await startServer(({ url }, res) => {
    const [, shop, route] = url.split(/[/?]/)
    if (route === 'token') sendJson(res, { access_token: `token-of-${String(shop)}`, token_type: 'Bearer', expires_in: 3600 })
    else sendJson(res, route === 'me' ? { id: '1', name: `Ada of ${String(shop)}` } : {})
  })
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(shops.close, close)
  const router = authRouter({
    secret: 'a secret of the tests, long enough to seal',
    baseUrl: url,
    logger: false,
    providers: {
      shops: {
        protocol: 'oauth2',
        title: 'Shops',
        parameters: { shop: { description: 'Name of the shop', kind: 'segment' } },
        ask: ['shop'],
        clientId: 'app',
        clientSecret: 'canary-secret',
        authorizationEndpoint: `${shops.origin}/{shop}/authorize`,
        tokenEndpoint: `${shops.origin}/{shop}/token`,
        revocationEndpoint: `${shops.origin}/{shop}/revoke`,
        userinfoEndpoint: `${shops.origin}/{shop}/me`,
        apiBaseUrl: `${shops.origin}/{shop}/api/`,
        profile: { id: 'id', name: 'name' },
        ...entry,
      },
    },
    ...options,
  } as never)
  app = hosts['Express 5']({
    router,
    handlers: {
      '/keys': (req, res) => {
        sendHostJson(
          res,
          req.auth.accounts.map(({ key }) => key),
        )
      },
      '/calls': async (req, res) => {
        await Promise.all(req.auth.accounts.map(({ key }) => req.auth.client(key).get('things')))
        sendHostJson(res, {})
      },
      '/link': (req) => req.auth.link('shops'),
      '/link/other': (req) => req.auth.link('shops', { parameters: { shop: 'other' } }),
      '/link/wrong': (req) => req.auth.link('shops', { parameters: { shop: 'a/b' } }),
      '/link/more': (req) => req.auth.link('shops', { state: { from: 'settings' } }),
    },
  })
  return { url, shops, router, browser: createBrowser() }
}

async function finish({ url, browser }: Application, location: string | null, callback = '/auth/shops/callback'): Promise<void> {
  const state = new URL(location ?? '').searchParams.get('state') ?? ''
  expect(await browser.go(`${url}${callback}?code=c&state=${state}`, { follow: false })).toMatchObject({ status: 303 })
}

async function signIn(app: Application, callback?: string): Promise<void> {
  const { headers } = await app.browser.go(`${app.url}/auth/shops?shop=acme`, { follow: false })
  await finish(app, headers.get('location'), callback)
}

async function link(app: Application, form: Record<string, string>): Promise<{ status: number; body: string; headers: Headers }> {
  return await app.browser.go(`${app.url}/auth/shops/link`, { method: 'POST', form, headers: own, follow: false })
}

const keys = async ({ url, browser }: Application): Promise<string[]> => (await browser.json<string[]>(`${url}/keys`)).data

describe.each([
  ['in the session', () => ({})],
  ['in a token store', () => ({ tokenStore: memoryTokenStore() })],
])('tokens %s', (_where, options) => {
  test('a second shop is added, and each account is called and revoked at its own', async () => {
    const app = await startApplication(options())
    await signIn(app)
    const start = await link(app, { shop: 'other' })
    expect(start.headers.get('location')).toContain(`${app.shops.origin}/other/authorize?`)
    await finish(app, start.headers.get('location'))

    const host = new URL(app.shops.origin).host
    expect(await keys(app)).toEqual([`shops@${host}/acme$1`, `shops@${host}/other$1`])
    await app.browser.json(`${app.url}/calls`)
    const calls = app.shops.received.filter(({ url }) => url.endsWith('/api/things'))
    expect(new Map(calls.map(({ url, headers }) => [url, headers.authorization]))).toEqual(
      new Map([
        ['/acme/api/things', 'Bearer token-of-acme'],
        ['/other/api/things', 'Bearer token-of-other'],
      ]),
    )
    const { csrfToken } = (await app.browser.json<{ csrfToken: string }>(`${app.url}/auth/session`)).data
    await app.browser.go(`${app.url}/auth/logout`, { method: 'POST', form: { csrfToken } })
    await app.router.close()
    const revoked = app.shops.received
      .filter(({ url }) => url.endsWith('/revoke'))
      .map(({ url, body }) => `${url} ${new URLSearchParams(body).get('token') ?? ''}`)
    expect(revoked.sort()).toEqual(['/acme/revoke token-of-acme', '/other/revoke token-of-other'])
  })
})

test('signing out everywhere revokes each account at its own shop, and ends the session where no client is found any more', async () => {
  let isAway = false
  const client = (): object => {
    if (isAway) throw new Error('the table is away')
    return { clientId: 'app', clientSecret: 'canary-secret' }
  }
  const app = await startApplication({ tokenStore: memoryTokenStore() }, { client })
  await signIn(app)
  await finish(app, (await link(app, { shop: 'other' })).headers.get('location'))
  const [key = ''] = await keys(app)
  expect(await app.router.logoutEverywhere(key)).toBe(1)
  await app.router.close()
  expect(
    app.shops.received
      .filter(({ url }) => url.endsWith('/revoke'))
      .map(({ url }) => url)
      .sort(),
  ).toEqual(['/acme/revoke', '/other/revoke'])

  const second = await startApplication({ tokenStore: memoryTokenStore() }, { client })
  await signIn(second)
  const [other = ''] = await keys(second)
  isAway = true
  expect(await second.router.logoutEverywhere(other)).toBe(1)
  isAway = false
  expect(await keys(second)).toEqual([])
})

test('a link that names no shop, or a wrong one, asks, says whose account it will be, and goes on', async () => {
  const app = await startApplication()
  await signIn(app)
  for (const [form, status] of [
    [{ returnTo: '/there' }, 200],
    [{ returnTo: '/there', shop: 'a/b' }, 400],
  ] as const) {
    const asked = await link(app, form)
    expect(asked.status).toBe(status)
    expect(asked.body).toContain('Add your Shops account?')
    expect(asked.body).toContain('You are signed in as Ada of acme.')
    expect(asked.body).toMatch(
      /<form method="post" action="\/auth\/shops\/link">[^]*name="returnTo" value="\/there"[^]*name="shop" required/,
    )
  }
  expect(app.shops.received).toHaveLength(2)
})

test("another site's link adds nothing: it asks for what is missing, or for a press of the button", async () => {
  const app = await startApplication()
  await signIn(app)
  const asked = await app.browser.go(`${app.url}/auth/shops?link=1`, { headers: foreign, follow: false })
  expect(asked).toMatchObject({ status: 200, body: expect.stringContaining('name="shop" required') })
  const confirmed = await app.browser.go(`${app.url}/auth/shops?link=1&shop=evil`, { headers: foreign, follow: false })
  expect(confirmed).toMatchObject({ status: 200, body: expect.stringContaining('<input type="hidden" name="shop" value="evil">') })
  const posted = await app.browser.go(`${app.url}/auth/shops/link`, {
    method: 'POST',
    form: { shop: 'evil' },
    headers: foreign,
    follow: false,
  })
  expect(posted).toMatchObject({ status: 403, body: expect.stringContaining('csrf') })
  expect(await keys(app)).toHaveLength(1)
})

test('a handler adds the account of what it has chosen, or leads to the form; nobody else gets there', async () => {
  const app = await startApplication()
  const status = async (path: string): Promise<number> => (await app.browser.go(app.url + path, { follow: false })).status
  expect([await status('/link'), await status('/link/other'), (await link(app, { shop: 'other' })).status]).toEqual([401, 401, 401])
  await signIn(app)
  const location = async (path: string): Promise<string | null> =>
    (await app.browser.go(app.url + path, { follow: false })).headers.get('location')
  expect(await location('/link')).toBe('/auth/shops?link=1&returnTo=%2F')
  expect(await status('/link/wrong')).toBe(400)
  // A form cannot carry the application's own state: it is not dropped, the handler has to know the shop.
  expect(await status('/link/more')).toBe(400)
  await finish(app, await location('/link/other'))
  expect(await keys(app)).toHaveLength(2)
})

test('a callback at a path of its own ends the login of what was chosen', async () => {
  const app = await startApplication({}, { callbackPath: '/done' })
  await signIn(app, '/done')
  const { headers } = await link(app, { shop: 'other' })
  expect(new URL(headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(`${app.url}/done`)
  await finish(app, headers.get('location'), '/done')
  expect(await keys(app)).toHaveLength(2)
})

test("an address that the choice of a user has verified opens nobody else's account", async () => {
  const userStore = memoryUserStore()
  await expect(startApplication({ userStore, linkByVerifiedEmail: ['shops'] })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('whose users choose who verifies the address'),
  })
})
