import { afterEach, describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../lib/stores/index.js'
import { authRouter, requireLogin, type AuthRouter } from '../../middleware/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson as sendHostJson } from '../support/hosts.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** An entry whose parameter the user chooses: from the form to the next request, a refresh, a job and the sign-out. */

const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

async function startShops(): Promise<SmallServer> {
  const server = await startServer(({ url, body }, res) => {
    const [, shop, route] = url.split(/[/?]/)
    if (route === 'token') {
      const form = new URLSearchParams(body)
      sendJson(res, {
        access_token: `${String(shop)}-${String(form.get('grant_type'))}`,
        token_type: 'Bearer',
        refresh_token: 'r',
        expires_in: 3600,
      })
    } else sendJson(res, route === 'me' ? { id: '1', name: 'Ada' } : {})
  })
  open.push(server.close)
  return server
}

function entryAt({ origin }: SmallServer, options: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    protocol: 'oauth2',
    title: 'Shops',
    parameters: { shop: { description: 'Name of the shop', kind: 'segment', example: 'acme' } },
    ask: ['shop'],
    clientId: 'app',
    clientSecret: 'canary-secret',
    authorizationEndpoint: `${origin}/{shop}/authorize`,
    tokenEndpoint: `${origin}/{shop}/token`,
    revocationEndpoint: `${origin}/{shop}/revoke`,
    userinfoEndpoint: `${origin}/{shop}/me`,
    apiBaseUrl: `${origin}/{shop}/api/`,
    profile: { id: 'id', name: 'name' },
    ...options,
  }
}

interface Application {
  url: string
  router: AuthRouter
  browser: ReturnType<typeof createBrowser>
  /** Ends a login that was started at this address. */
  finish: (location: string | null, query?: string) => Promise<{ status: number; body: string }>
  signIn: (shop: string) => Promise<{ status: number; body: string }>
  get: (path: string) => Promise<Record<string, unknown>>
  change: (entry: Record<string, unknown>) => void
}

async function startApplication(entry: Record<string, unknown>, options: object = {}): Promise<Application> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(close)
  const change = (changed: Record<string, unknown>): AuthRouter => {
    const router = authRouter({
      secret: 'a secret of the tests, long enough to seal',
      baseUrl: url,
      logger: false,
      providers: { shops: changed as never },
      ...options,
    })
    app = hosts['Express 5']({
      router,
      handlers: {
        '/me': (req, res) => {
          sendHostJson(res, { key: req.authUser?.key ?? null })
        },
        '/call': async (req, res) => {
          const { status } = await req.oauthClient.get('things')
          sendHostJson(res, { status })
        },
        '/refresh': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendHostJson(res, { token: req.oauthClient.credentials.accessToken })
        },
        '/sealed': (req, res) => {
          sendHostJson(res, { sealed: req.oauthClient.credentials.seal() })
        },
        '/login': async (req) => {
          await req.auth.login('shops')
        },
        '/login/acme': async (req) => {
          await req.auth.login('shops', { parameters: { shop: 'acme' } })
        },
        '/guarded': (req, res) => {
          requireLogin({ provider: 'shops', scope: ['more'] })(req, res, () => {
            sendHostJson(res, {})
          })
        },
      },
    })
    return router
  }
  const router = change(entry)
  const browser = createBrowser()
  const finish: Application['finish'] = async (location, query = '') => {
    const state = new URL(location ?? '').searchParams.get('state') ?? ''
    return browser.go(`${url}/auth/shops/callback?code=c&state=${state}${query}`, {
      follow: false,
      headers: { accept: 'application/json' },
    })
  }
  return {
    url,
    router,
    browser,
    finish,
    signIn: async (shop) => finish((await browser.go(`${url}/auth/shops?shop=${shop}`, { follow: false })).headers.get('location')),
    get: async (path) => (await browser.json<Record<string, unknown>>(url + path)).data,
    change,
  }
}

describe.each([
  ['in the session', () => ({})],
  ['in a token store', () => ({ tokenStore: memoryTokenStore() })],
])('tokens %s', (_where, options) => {
  test('what was chosen holds for the next request, a refresh, a job and the revocation', async () => {
    const shops = await startShops()
    const app = await startApplication(entryAt(shops), options())
    expect(await app.signIn('acme')).toMatchObject({ status: 200 })

    expect(await app.get('/me')).toEqual({ key: `shops@${new URL(shops.origin).host}/acme$1` })
    expect(await app.get('/call')).toEqual({ status: 200 })
    expect(await app.get('/refresh')).toEqual({ token: 'acme-refresh_token' })
    const { sealed } = await app.get('/sealed')
    await app.router.client('shops', String(sealed)).get('job')
    const { csrfToken } = await app.get('/auth/session')
    await app.browser.go(`${app.url}/auth/logout`, { method: 'POST', form: { csrfToken: String(csrfToken) } })
    await app.router.close()

    expect(shops.received.map(({ url }) => url)).toEqual([
      '/acme/token',
      '/acme/me',
      '/acme/api/things',
      '/acme/token',
      '/acme/api/job',
      '/acme/revoke',
      ...(shops.received.length > 6 ? ['/acme/revoke'] : []),
    ])
  })

  test('another shop is another account, though its ids are the same', async () => {
    const shops = await startShops()
    const app = await startApplication(entryAt(shops), options())
    await app.signIn('acme')
    const { key } = await app.get('/me')
    await app.signIn('other')
    expect(await app.get('/me')).not.toEqual({ key })
    await app.get('/call')
    expect(shops.received.at(-1)).toMatchObject({ url: '/other/api/things', headers: { authorization: 'Bearer other-authorization_code' } })
  })

  test('an account whose value the entry no longer allows is absent, and no token leaves', async () => {
    const shops = await startShops()
    const app = await startApplication(entryAt(shops, { allow: ['acme', 'other'] }), options())
    await app.signIn('acme')
    const { sealed } = await app.get('/sealed')
    const calls = shops.received.length

    app.change(entryAt(shops, { allow: ['other'] }))
    expect(await app.get('/me')).toEqual({ key: null })
    const { router } = await startApplication(entryAt(shops, { allow: ['other'] }), options())
    expect(() => router.client('shops', String(sealed))).toThrow(expect.objectContaining({ code: 'credentials_unreadable' }))
    expect(shops.received.length).toBe(calls)
  })
})

test('a user who names no shop is asked for it, and the form goes on to the provider', async () => {
  const shops = await startShops()
  const app = await startApplication(entryAt(shops))
  const page = await app.browser.go(`${app.url}/auth/shops?returnTo=/there`, { follow: false })

  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Sign in with Shops') })
  expect(page.body).toContain('<input name="shop" required')
  expect(page.body).toContain('<input type="hidden" name="returnTo" value="/there">')
  const start = await app.browser.go(`${app.url}/auth/shops`, {
    method: 'POST',
    form: { shop: ' Acme ', returnTo: '/there' },
    headers: { 'sec-fetch-site': 'same-origin' },
    follow: false,
  })
  expect(start.headers.get('location')).toContain(`${shops.origin}/acme/authorize?`)
  const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const ended = await app.browser.go(`${app.url}/auth/shops/callback?code=c&state=${state}`, { follow: false })
  expect(ended.headers.get('location')).toBe('/there')
})

test('a script that names no shop, or a wrong one, is told which parameter', async () => {
  const app = await startApplication(entryAt(await startShops()))
  for (const query of ['', '?shop=', '?shop=a/b']) {
    const { status, body } = await app.browser.go(`${app.url}/auth/shops${query}`, { headers: { accept: 'application/json' } })
    expect({ status, ...(JSON.parse(body) as object) }).toMatchObject({
      status: 400,
      error: 'bad_request',
      message: expect.stringContaining('shop'),
    })
  }
})

test('a handler starts a login with what it has chosen, or leads to the form', async () => {
  const shops = await startShops()
  const app = await startApplication(entryAt(shops))
  expect((await app.browser.go(`${app.url}/login`, { follow: false })).headers.get('location')).toBe('/auth/shops?returnTo=%2F')
  expect((await app.browser.go(`${app.url}/login/acme`, { follow: false })).headers.get('location')).toContain(
    `${shops.origin}/acme/authorize?`,
  )
})

test('a guard that asks for more asks the shop that the user is signed in to', async () => {
  const shops = await startShops()
  const app = await startApplication(entryAt(shops))
  await app.signIn('acme')
  expect((await app.browser.go(`${app.url}/guarded`, { follow: false })).headers.get('location')).toContain(
    `${shops.origin}/acme/authorize?`,
  )
})

test('each value has the client that the application names for it, also when that takes time', async () => {
  const shops = await startShops()
  const client = ({ shop = '' }: Record<string, string>): Promise<unknown> =>
    Promise.resolve(shop === 'nobody' ? undefined : { clientId: `app-of-${shop}`, clientSecret: `secret-of-${shop}` })
  const app = await startApplication(entryAt(shops, { clientId: undefined, clientSecret: undefined, client }))
  expect(await app.signIn('acme')).toMatchObject({ status: 200 })
  expect(shops.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('app-of-acme:secret-of-acme').toString('base64')}`)
  expect(await app.get('/call')).toEqual({ status: 200 })
  expect(await app.browser.go(`${app.url}/auth/shops?shop=nobody`, { follow: false })).toMatchObject({ status: 400 })
})

test('a login is over when what was chosen is no longer allowed, and its callback cannot choose anew', async () => {
  const shops = await startShops()
  const app = await startApplication(entryAt(shops, { allow: ['acme', 'other'] }))
  const start = async (): Promise<string | null> =>
    (await app.browser.go(`${app.url}/auth/shops?shop=acme`, { follow: false })).headers.get('location')
  await app.finish(await start(), '&shop=other')
  expect(shops.received.map(({ url }) => url)).toEqual(['/acme/token', '/acme/me'])

  const location = await start()
  app.change(entryAt(shops, { allow: ['other'] }))
  expect(await app.finish(location)).toMatchObject({ status: 400, body: expect.stringContaining('provider_mismatch') })
  expect(shops.received).toHaveLength(2)
})

test('the sign-in page asks beside the button, and its form leads to the provider', async () => {
  const shops = await startShops()
  const app = await startApplication(entryAt(shops))
  expect((await app.browser.go(`${app.url}/auth`)).body).toMatch(/<form class="asking" action="\/auth\/shops">[^]*name="shop"/)
  const { headers } = await app.browser.go(`${app.url}/auth/shops?shop=acme`, {
    headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    follow: false,
  })
  expect(headers.get('location')).toContain(`${shops.origin}/acme/authorize?`)
})

test('one entry that a lookup gives under two slugs asks at both', async () => {
  const shops = await startShops()
  const entry = entryAt(shops)
  const app = await startApplication({}, { providers: () => entry })
  for (const slug of ['one', 'two']) {
    const start = await app.browser.go(`${app.url}/auth/${slug}?shop=acme`, { follow: false })
    const location = new URL(start.headers.get('location') ?? '')
    expect(location.searchParams.get('redirect_uri')).toBe(`${app.url}/auth/${slug}/callback`)
    const state = location.searchParams.get('state') ?? ''
    await app.browser.go(`${app.url}/auth/${slug}/callback?code=c&state=${state}`, { follow: false })
    expect(await app.get('/me')).toEqual({ key: `${slug}@${new URL(shops.origin).host}/acme$1` })
  }
})
