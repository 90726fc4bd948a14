import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { authRouter, requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { startProvider, type ScriptedProvider } from '../attacks/provider.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen, sendJson, type AppHandler } from '../support/hosts.js'

/** What one says of signing in on any day, each sentence once: with a provider of OAuth 2.0 and one of OpenID Connect. */

let facebook: ScriptedProvider
let google: ScriptedProvider
let url: string
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  ;[facebook, google] = await Promise.all([startProvider('facebook'), startProvider('google')])
})
afterAll(async () => {
  await Promise.all([facebook.close(), google.close()])
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
beforeEach(async () => {
  await start()
})

const handlers: Record<string, AppHandler> = {
  '/key': (req, res) => {
    sendJson(res, req.authUser?.key)
  },
  '/user': (req, res) => {
    sendJson(res, (req as { user?: unknown }).user)
  },
  '/things': async (req, res) => {
    const answers = await Promise.all(Object.values(req.oauthClients).map((client) => client.get<{ things: string }>('things')))
    sendJson(
      res,
      answers.map(({ data }) => data.things),
    )
  },
}

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const server = await listen((req, res) => {
    app(req, res)
  })
  url = server.url
  const router = authRouter({
    secret: 'a secret of the tests, long enough to seal',
    baseUrl: url,
    logger: false,
    userStore: memoryUserStore(),
    tokenStore: memoryTokenStore(),
    providers: { facebook: facebook.oauth2({ title: 'Facebook' }) as never, google: google.oidc() as never },
    ...options,
  })
  closing.push(server.close, () => router.close())
  app = hosts['Express 5']({ router, handlers, guarded: { '/private': [requireLogin(), handlers['/key'] ?? (() => undefined)] } })
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const get = async (browser: Browser, path: string): Promise<unknown> => (await browser.json(url + path)).data

/** The user presses a button or follows a link of ours, and is at the provider: what it knows of the request. */
async function toProvider(browser: Browser, path: string, method = 'GET'): Promise<string> {
  const { headers } = await browser.go(url + path, { method, headers: own, follow: false })
  const location = headers.get('location') ?? ''
  expect([facebook.origin, google.origin]).toContain(new URL(location).origin)
  return location
}

/** Signs in, and gives the address that the browser is sent to. */
async function signIn(browser: Browser, provider: ScriptedProvider, path: string, person = '123', method = 'GET'): Promise<string | null> {
  const callback = provider.approve(await toProvider(browser, path, method), person)
  return (await browser.go(callback, { follow: false })).headers.get('location')
}

test('One person signs in with several providers, and each of their APIs answers', async () => {
  const browser = createBrowser()
  await signIn(browser, facebook, '/auth/facebook')
  await signIn(browser, google, '/auth/google/link', '456', 'POST')
  expect(await get(browser, '/auth/session')).toMatchObject({ accounts: [{ key: 'facebook$123' }, { key: 'google$456' }] })
  expect(await get(browser, '/things')).toEqual(['123', '456'])
})

test('A user is known by a key such as facebook$123', async () => {
  const browser = createBrowser()
  await signIn(browser, facebook, '/auth/facebook')
  expect(await get(browser, '/key')).toBe('facebook$123')
})

test('The user is found in the database, or created, and is the same by either account', async () => {
  const [first, later, elsewhere] = [createBrowser(), createBrowser(), createBrowser()]
  await signIn(first, facebook, '/auth/facebook')
  const user = await get(first, '/user')
  expect(user).toMatchObject({ name: 'Name of 123' })
  await signIn(first, google, '/auth/google/link', '456', 'POST')
  await signIn(later, facebook, '/auth/facebook')
  await signIn(elsewhere, google, '/auth/google', '456')
  const { id } = user as { id: string }
  expect([await get(later, '/user'), await get(elsewhere, '/user')]).toMatchObject([{ id }, { id }])
})

test('Who asks to be remembered is signed in after the browser was closed, and nobody else', async () => {
  await start({ remember: { ifAsked: 30 * 86_400 } })
  const [remembered, other] = [createBrowser(), createBrowser()]
  await signIn(remembered, facebook, '/auth/facebook?remember=1')
  await signIn(other, facebook, '/auth/facebook')
  for (const browser of [remembered, other]) {
    // What a browser keeps when it is closed says until when.
    const lasting = new Set(browser.setCookies.filter((line) => /max-age=[1-9]|expires=/i.test(line)).map((line) => line.split('=')[0]))
    const jar = browser.cookies(new URL(url).host)
    for (const name of [...jar.keys()]) if (!lasting.has(name)) jar.delete(name)
  }
  expect([await get(remembered, '/key'), await get(other, '/key')]).toEqual(['facebook$123', null])
})

test('Who is signed in already is redirected, and does not see the provider again', async () => {
  await start({ ifLoggedIn: 'redirect' })
  const browser = createBrowser()
  await signIn(browser, facebook, '/auth/facebook')
  const { status, headers } = await browser.go(`${url}/auth/google?returnTo=/things`, { headers: own, follow: false })
  expect([status, headers.get('location')]).toEqual([302, '/things'])
  expect(await get(browser, '/key')).toBe('facebook$123')
})

test('Who has to sign in first comes back to the page that they wanted', async () => {
  const browser = createBrowser()
  const { status, headers } = await browser.go(`${url}/private?page=2`, { headers: own, follow: false })
  expect([status, headers.get('location')]).toEqual([302, '/auth?returnTo=%2Fprivate%3Fpage%3D2'])
  expect(await signIn(browser, facebook, '/auth/facebook?returnTo=/private?page=2')).toBe('/private?page=2')
})

test('Who did not authorize the request reads so in plain words, and has a way back', async () => {
  const browser = createBrowser()
  const denied = async (): Promise<string> => {
    const asked = new URL(await toProvider(browser, '/auth/facebook?returnTo=/private')).searchParams
    return `${asked.get('redirect_uri') ?? ''}?${new URLSearchParams({ error: 'access_denied', state: asked.get('state') ?? '' }).toString()}`
  }
  const page = await browser.go(await denied())
  const text = page.body.replace(/<style>[^]*?<\/style>|<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  expect(page.status).toBe(403)
  expect(text).toContain('Sign-in with Facebook')
  expect(text).toContain('Sign-in was cancelled')
  expect(text).toContain('The sign-in was cancelled at the provider.')
  // The way back leads through the provider to where they wanted to go, or home.
  const [, again = ''] = /<a class="button strong" href="([^"]+)">Start again<\/a>/.exec(page.body) ?? []
  expect(page.body).toMatch(/<a class="button quiet" href="\/">Back to the home page<\/a>/)
  expect(await signIn(browser, facebook, again.replaceAll('&amp;', '&'))).toBe('/private')
  const { status, data } = await browser.json(await denied())
  expect([status, data]).toEqual([
    403,
    { error: 'access_denied', message: 'The sign-in was cancelled at the provider.', provider: 'facebook', retry: true },
  ])
  // It has signed nobody out.
  expect(await get(browser, '/key')).toBe('facebook$123')
})
