import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { requireLogin, type AuthRouterOptions } from '../../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'
import type { Application } from '../../support/application.js'
import { createBrowser, type Browser, type Navigation, type Page } from '../../support/browser.js'
import { sendJson, type AppHandler } from '../../support/hosts.js'
import { proxyKey, startKeyServer, type KeyServer } from '../../support/identityProxy.js'
import { proxyEntry, rightKey, saysOf, startProxiedApplication, through } from '../../support/proxiedApplication.js'
import { signedBy } from '../../support/identityProxy.js'

/** What the routes, the guards and `req.auth` make of users whom a proxy signs in. */

let openid: OpenidProvider
let server: KeyServer
let application: Application
let browser: Browser

const corpId = people[0]?.id ?? ''
const corpKey = `corp$${corpId}`

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: corpId })
})
afterAll(async () => {
  await openid.close()
})

const keyOf = (req: { url?: string | undefined }): string => new URL(req.url ?? '', 'http://x').searchParams.get('key') ?? ''

const handlers: Record<string, AppHandler> = {
  '/login': (req) => req.auth.login('corp', { returnTo: '/seen' }),
  '/login-iap': (req) => req.auth.login('iap'),
  '/leave': (req) => req.auth.logout({ key: keyOf(req) }),
  '/unlink': (req) => req.auth.unlink(keyOf(req)),
  '/switch': async (req, res) => {
    await req.auth.switch(keyOf(req))
    sendJson(res, req.authUser)
  },
  '/refresh': async (req, res) => {
    sendJson(res, await req.auth.refreshUser())
  },
  '/call': async (req, res) => {
    await req.oauthClient.get('me').then(
      () => sendJson(res, 'called'),
      (error: unknown) => sendJson(res, { code: (error as { code: string }).code, message: (error as Error).message }),
    )
  },
}

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  server = await startKeyServer(rightKey)
  application = await startProxiedApplication(openid, server, options, {
    handlers,
    guarded: {
      '/fresh': [requireLogin({ provider: 'iap', maxAge: 300 }), (_req, res) => sendJson(res, 'fresh')],
      '/strong': [requireLogin({ provider: 'iap', acr: 'gold' }), (_req, res) => sendJson(res, 'strong')],
      '/scoped': [requireLogin({ provider: 'iap', scope: ['mail'] }), (_req, res) => sendJson(res, 'scoped')],
      '/editors': [requireLogin({ roles: ['editor'] }), (_req, res) => sendJson(res, 'editor')],
    },
  })
  browser = createBrowser()
}

beforeEach(async () => {
  await start()
})
afterEach(async () => {
  await application.close()
  await server.close()
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

interface Answer {
  status: number
  headers: Headers
  data: { user?: string; accounts?: string[]; error?: string; location?: string; code?: string; message?: string }
}

const ask = (path: string, headers: Record<string, string> = {}, navigation: Navigation = {}): Promise<Answer> =>
  browser.json(`${application.url}${path}`, { ...navigation, headers })
const go = (path: string, headers: Record<string, string> = {}, navigation: Navigation = {}): Promise<Page> =>
  browser.go(`${application.url}${path}`, { ...navigation, headers })
const link = (headers: Record<string, string>): Promise<Page> => go('/auth/corp/link', { ...own, ...headers }, { method: 'POST' })

describe('The route of the provider itself', () => {
  test('goes on to returnTo with the header, and says where to go without it', async () => {
    for (const method of ['GET', 'POST']) {
      const page = await go('/auth/iap?returnTo=/seen', { ...own, ...through('ada') }, { method, follow: false })
      expect([page.status, page.headers.get('location')]).toEqual([303, '/seen'])
    }
    const elsewhere = await go('/auth/iap?returnTo=https://evil.example', { ...own, ...through('ada') }, { follow: false })
    expect(elsewhere.headers.get('location')).toBe('/')
    expect(await ask('/auth/iap', own)).toMatchObject({ status: 401, data: { error: 'login_required' } })
    expect(await ask('/auth/iap', { ...own, ...through('ada', { aud: 'x' }) })).toMatchObject({ status: 401 })
    expect((await go('/auth/iap', own)).body).toContain('at the address of the proxy')
  })

  test('has no callback, nothing to add and nothing to remove', async () => {
    for (const method of ['GET', 'POST'])
      expect(await ask('/auth/iap/callback?state=x&code=y', { ...own, ...through('ada') }, { method })).toMatchObject({
        status: 404,
        data: { error: 'unknown_provider' },
      })
    expect((await go('/auth/iap/link', { ...own, ...through('ada') }, { method: 'POST', follow: false })).status).toBe(303)
    expect(await ask('/auth/iap/link', own, { method: 'POST' })).toMatchObject({ status: 401, data: { error: 'login_required' } })
    for (const has of [false, true]) {
      if (has) await link(through('ada'))
      const unlinked = await ask('/auth/iap/unlink', { ...own, ...through('ada') }, { method: 'POST' })
      expect(unlinked).toMatchObject({ status: 400, data: { error: 'bad_request' } })
      for (const path of ['/leave', '/unlink'])
        expect((await go(`${path}?key=iap$ada`, through('ada'))).body).toContain('cannot be taken out')
    }
    expect((await ask('/seen', through('ada'))).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada', corpKey] })
  })

  test('has no button on the page of providers', async () => {
    expect((await go('/auth')).body).not.toContain('/auth/iap')
    const { data } = await browser.json<{ providers: { slug: string }[] }>(`${application.url}/auth`)
    expect(data.providers.map(({ slug }) => slug)).toEqual(['corp', 'plain'])
  })
})

describe('Another provider, while a header signs the user in,', () => {
  test("adds an account after the user was asked, and takes nobody's place", async () => {
    const page = await go('/auth/corp', { ...through('ada'), 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' })
    expect({ url: page.url, status: page.status }).toEqual({ url: `${application.url}/auth/corp`, status: 200 })
    expect(page.body).toContain('/auth/corp/link')
    await go('/login', through('ada'))
    expect((await ask('/seen', through('ada'))).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada', corpKey] })
    const forced = await ask('/auth/corp', { ...through('ada'), 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' })
    expect(forced).toMatchObject({ status: 403, data: { error: 'csrf' } })
  })

  test('ends no sign-in that was started without the header, and none that another user has started', async () => {
    const started = await go('/auth/corp', {}, { follow: false })
    const atProvider = await browser.go(started.headers.get('location') ?? '', { follow: (location) => !location.includes('/callback') })
    const callback = (atProvider.headers.get('location') ?? '').replace(application.url, '')
    expect(await ask(callback, through('ada'))).toMatchObject({ status: 400, data: { error: 'user_mismatch' } })
    const linked = await go('/auth/corp/link', { ...own, ...through('ada') }, { method: 'POST', follow: false })
    const again = await browser.go(linked.headers.get('location') ?? '', { follow: (location) => !location.includes('/callback') })
    const second = (again.headers.get('location') ?? '').replace(application.url, '')
    expect(await ask(second, through('bob'))).toMatchObject({ status: 400, data: { error: 'user_mismatch' } })
    expect((await ask('/seen', through('ada'))).data.accounts).toEqual(['iap$ada'])
    expect((await ask('/seen')).data.user).toBeNull()
  })

  test('goes straight back with ifLoggedIn: redirect', async () => {
    await application.close()
    await server.close()
    await start({ ifLoggedIn: 'redirect' })
    const page = await go('/auth/corp?returnTo=/seen', { ...own, ...through('ada') }, { follow: false })
    expect(page.headers.get('location')).toBe('/seen')
  })

  test('begins a session that is as old as itself, and not as the sign-in of the header', async () => {
    await application.close()
    await server.close()
    await start({ expiry: { absolute: 1800 } })
    const { 'x-proxy-jwt': jwt = '' } = through('ada', { exp: Math.floor(Date.now() / 1000) + 7200 })
    await ask('/seen', { 'x-proxy-jwt': jwt })
    const later = Date.now() + 3_600_000
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later)
    try {
      await link({ 'x-proxy-jwt': jwt })
      expect((await ask('/seen', { 'x-proxy-jwt': jwt })).data.accounts).toEqual(['iap$ada', corpKey])
    } finally {
      clock.mockRestore()
    }
  })

  test('may be the current account, and be removed again', async () => {
    await link(through('ada'))
    expect(await ask(`/switch?key=${corpKey}`, through('ada'))).toMatchObject({ data: { key: corpKey } })
    expect((await ask('/seen', through('ada'))).data.user).toBe(corpKey)
    expect((await ask('/seen', through('bob'))).data.user).toBe('iap$bob')
    expect((await ask('/seen')).data.user).toBeNull()
    expect((await go('/auth/corp/unlink', { ...own, ...through('ada') }, { method: 'POST', follow: false })).status).toBe(303)
    expect((await ask('/seen', through('ada'))).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect((await ask('/seen')).data.user).toBeNull()
    expect(await ask('/switch?key=iap$ada', through('ada'))).toMatchObject({ data: { key: 'iap$ada' } })
  })

  test('can be called beside it, and the header gives no access', async () => {
    await link(through('ada'))
    expect((await ask('/call', through('ada'))).data).toMatchObject({
      code: 'credentials_gone',
      message: 'Proxy gives no access to an API: it only says who somebody is.',
    })
    await ask(`/switch?key=${corpKey}`, through('ada'))
    expect((await ask('/call', through('ada'))).data).toBe('called')
    expect(await ask('/refresh', through('ada'))).toMatchObject({ status: 200, data: { key: corpKey } })
    await ask('/switch?key=iap$ada', through('ada'))
    expect(await ask('/refresh', through('ada'))).toMatchObject({ status: 200, data: { key: 'iap$ada' } })
  })
})

describe('A sign-out', () => {
  test('takes a press of a button here, or the token of the page', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    await link(through('ada'))
    expect(await ask('/auth/logout', { ...foreign, ...through('ada') }, { method: 'POST' })).toMatchObject({
      status: 403,
      data: { error: 'csrf' },
    })
    const bobs = (await browser.json<{ csrfToken: string }>(`${application.url}/auth/session`, { headers: through('bob') })).data.csrfToken
    expect(await ask('/auth/logout', { ...foreign, ...through('ada'), 'x-csrf-token': bobs }, { method: 'POST' })).toMatchObject({
      status: 403,
    })
    const { data } = await browser.json<{ csrfToken: string }>(`${application.url}/auth/session`, { headers: through('ada') })
    expect(await ask('/auth/logout', { ...foreign, ...through('ada'), 'x-csrf-token': data.csrfToken }, { method: 'POST' })).toMatchObject({
      status: 200,
    })
    expect((await ask('/seen', through('ada'))).data.accounts).toEqual(['iap$ada'])
    const alone = await browser.json<{ csrfToken: string }>(`${application.url}/auth/session`, { headers: through('ada') })
    const headers = { ...foreign, ...through('ada'), 'x-csrf-token': alone.data.csrfToken }
    expect((await ask('/auth/logout', headers, { method: 'POST' })).status).toBe(200)
  })

  test('goes on to the proxy where that is asked for, after the other providers', async () => {
    const alone = await ask('/auth/logout?provider', { ...own, ...through('ada') }, { method: 'POST' })
    expect(alone.data.location).toBe(`${application.url}/.proxy/sign_out`)
    await link(through('ada'))
    const first = await ask('/auth/logout?provider', { ...own, ...through('ada') }, { method: 'POST' })
    expect(first.data.location).toMatch(new RegExp(`^${openid.issuer}`))
    expect((await ask('/seen')).data.user).toBeNull()
    const state = new URL(first.data.location ?? '').searchParams.get('state') ?? ''
    const back = await go(`/auth/logout/callback?state=${state}`, through('ada'), { follow: false })
    expect(back.headers.get('location')).toBe(`${application.url}/.proxy/sign_out`)
    expect([...browser.cookies(application.host).keys()].filter((name) => name.includes('logout'))).toEqual([])
  })

  test('ends a session that was set aside too', async () => {
    await go('/auth/corp')
    expect((await ask('/seen')).data.user).toBe(corpKey)
    const copy = new Map(browser.cookies(application.host))
    expect((await ask('/auth/logout', { ...own, ...through('ada') }, { method: 'POST' })).status).toBe(200)
    expect((await ask('/seen')).data.user).toBeNull()
    for (const [name, value] of copy) browser.cookies(application.host).set(name, value)
    expect((await ask('/seen')).data.user).toBeNull()
  })
})

describe('A guard that asks more than a header says', () => {
  test.each([
    ['/fresh', 401, 'reauth_required'],
    ['/strong', 403, 'forbidden'],
    ['/scoped', 403, 'forbidden'],
    ['/editors', 403, 'forbidden'],
  ])('of %s refuses, and sends nobody anywhere', async (path, status, error) => {
    expect(await ask(path, { ...own, ...through('ada') })).toMatchObject({ status, data: { error } })
    const page = await go(path, { ...own, ...through('ada') }, { follow: false })
    expect([page.status, page.headers.get('location')]).toEqual([status, null])
  })

  test('lets in whom the proxy says to have authenticated just now, or strongly', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect((await ask('/fresh', through('ada', { auth_time: now - 10 }))).status).toBe(200)
    expect((await ask('/fresh', through('ada', { auth_time: now - 1000 }))).status).toBe(401)
    expect((await ask('/strong', through('ada', { acr: 'gold' }))).status).toBe(200)
  })
})

describe('Two proxies, one behind the other,', () => {
  const key = proxyKey('second')
  const secondHeader = 'x-second-jwt'
  let secondServer: KeyServer

  beforeEach(async () => {
    secondServer = await startKeyServer(key)
    application.router.register('second', { ...proxyEntry(secondServer), header: secondHeader, issuer: 'second.example' })
  })
  afterEach(async () => {
    await secondServer.close()
  })
  const second = (sub: string, changed: Record<string, unknown> = {}, by = key): Record<string, string> => ({
    [secondHeader]: signedBy(by, saysOf(sub, { iss: 'second.example', ...changed })),
  })

  test('may each sign users in, and the first of the configuration counts where both speak of one person', async () => {
    expect((await ask('/seen', second('ada'))).data.user).toBe('second$ada')
    const both = { ...second('7', { email: 'ADA@example.com' }), ...through('ada') }
    expect((await ask('/seen', both)).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect((await ask('/auth/second', { ...own, ...both })).status).toBe(401)
  })

  test('that speak of different people sign nobody in', async () => {
    for (const changed of [{}, { email: undefined }, { email: '' }]) {
      const headers = { ...second('bob', changed), ...through('ada', 'email' in changed ? changed : {}) }
      expect((await ask('/seen', headers)).data).toMatchObject({ user: null, accounts: [] })
      expect(await ask('/iap-only', headers)).toMatchObject({ status: 400, data: { error: 'user_mismatch' } })
    }
  })

  test('of which one cannot be verified leave it in doubt, and one that is wrong counts as absent', async () => {
    expect((await ask('/seen', { ...second('eve', {}, { ...rightKey, kid: 'second' }), ...through('ada') })).data.user).toBe('iap$ada')
    expect((await ask('/seen', { ...second('bob'), ...through('eve', { aud: 'x' }) })).data.user).toBe('second$bob')
    secondServer.failsWith = 500
    application.router.register('third', { ...proxyEntry(secondServer), header: 'x-third', issuer: 'third.example' })
    const third = { 'x-third': signedBy(key, saysOf('ada', { iss: 'third.example' })) }
    expect((await ask('/seen', { ...third, ...through('ada') })).data.user).toBeNull()
    expect((await ask('/iap-only', { ...third, ...through('ada') })).status).toBe(502)
  })

  test('do not stand in for each other: what was added with one header is not there with the other', async () => {
    await link(through('ada'))
    expect((await ask('/seen', second('ada'))).data).toMatchObject({ user: 'second$ada', accounts: ['second$ada'] })
    await link(second('ada'))
    expect((await ask('/seen', second('ada'))).data.accounts).toEqual(['second$ada', corpKey])
    expect((await ask('/seen', through('ada'))).data.accounts).toEqual(['iap$ada'])
  })
})
