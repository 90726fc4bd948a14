import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import type { AuthRouterOptions, LogEvent } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import type { AppParts } from '../support/hosts.js'
import { confirmLogout, registerLogout } from '../support/logout.js'
import { entryAt } from '../support/logoutSite.js'
import { startSigningProvider } from '../support/signingProvider.js'

/** Sign-out at the provider too (OpenID Connect RP-Initiated Logout 1.0): section H of the threat model, cases 44, 95 and 96. */

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<Application> {
  const app = await startApplication(openid, options, parts)
  closing.push(app.close)
  registerLogout(openid, app)
  return app
}

async function signedIn(app: Application, slug = 'corp'): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${app.url}/auth/${slug}`)
  expect(await nameOf(app, browser)).toBe('Ada Example')
  return browser
}

async function nameOf(app: Application, browser: Browser): Promise<string | undefined> {
  return (await browser.json<{ name: string } | null>(`${app.url}/me`)).data?.name
}

/** Signs out by a form, and stops before the provider. */
async function signOut(app: Application, browser: Browser, form: Record<string, string> = { provider: 'true' }, query = ''): Promise<Page> {
  return await browser.go(`${app.url}/auth/logout${query}`, { method: 'POST', headers: own, form, follow: false })
}

const locationOf = ({ headers }: Page): URL => new URL(headers.get('location') ?? 'missing:')

describe('OpenID Foundation: RP-initiated logout', () => {
  test('oidcc-client-test-rp-init-logout: the session ends here, then at the provider, and the browser comes back', async () => {
    const app = await start()
    const browser = await signedIn(app)
    const page = await signOut(app, browser, { provider: 'true', returnTo: '/bye?x=1' })
    expect(page.status).toBe(303)
    const location = locationOf(page)
    expect(location.origin + location.pathname).toBe(openid.endSessionEndpoint)
    const { id_token_hint: hint = '', state = '', ...rest } = Object.fromEntries(location.searchParams)
    expect(rest).toEqual({ client_id: app.entries.corp['clientId'], post_logout_redirect_uri: `${app.url}/auth/logout/callback` })
    expect(decodeJwt(hint)).toMatchObject({ iss: openid.issuer, sub: 'ada-id' })
    expect(Buffer.from(state, 'base64url')).toHaveLength(32)
    // Before the provider has heard of anything.
    expect(await nameOf(app, browser)).toBeUndefined()

    const asked = await browser.go(location.href)
    expect(asked.body).toContain('Sign out of')
    const back = await confirmLogout(browser, asked)
    expect(back.url).toBe(`${app.url}/bye?x=1`)
    expect([...browser.cookies(app.host).keys()]).toEqual([])
  })

  test.each([
    ['oidcc-client-test-rp-init-logout-no-state', '', 'state_missing'],
    ['oidcc-client-test-rp-init-logout-no-state, empty', '?state=', 'state_missing'],
    ['oidcc-client-test-rp-init-logout-other-state', '?state=another', 'state_mismatch'],
  ])('%s: is detected, and leads nowhere', async (_name, query, code) => {
    const app = await start()
    const browser = await signedIn(app)
    const state = locationOf(await signOut(app, browser, { provider: 'true', returnTo: '/bye' })).searchParams.get('state') ?? ''
    const callback = `${app.url}/auth/logout/callback`
    const page = await browser.go(callback + query, { follow: false })
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.body).toContain('Sign-out did not finish')
    expect(page.body).toContain(code)
    expect((await browser.json<{ error: string }>(callback + query)).data.error).toBe(code)
    // Nor does it take the right one its way.
    expect((await browser.go(`${callback}?state=${state}`, { follow: false })).headers.get('location')).toBe('/bye')
  })

  test('the right state of another browser, or used before, leads nowhere', async () => {
    const app = await start()
    const browser = await signedIn(app)
    const state = locationOf(await signOut(app, browser, { provider: '1', returnTo: '/bye' })).searchParams.get('state') ?? ''
    const callback = `${app.url}/auth/logout/callback?state=${state}`
    const stranger = await createBrowser().json<{ error: string }>(callback)
    expect([stranger.status, stranger.data.error]).toEqual([400, 'state_unknown'])
    const page = await browser.go(callback, { follow: false })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/bye'])
    expect((await browser.json<{ error: string }>(callback)).data.error).toBe('state_unknown')
  })

  test('two parameters state are refused', async () => {
    const app = await start()
    const { status } = await createBrowser().json(`${app.url}/auth/logout/callback?state=a&state=b`)
    expect(status).toBe(400)
  })
})

describe('Signing out at the provider', () => {
  test('a script gets the address', async () => {
    const app = await start()
    const browser = await signedIn(app)
    const { status, data } = await browser.json<{ location: string }>(`${app.url}/auth/logout?provider`, {
      method: 'POST',
      headers: own,
      form: {},
    })
    expect(status).toBe(200)
    expect(new URL(data.location).pathname).toBe(new URL(openid.endSessionEndpoint).pathname)
    expect(await nameOf(app, browser)).toBeUndefined()
  })

  test.each(['false', '0', 'no'])('is not asked for by provider=%s', async (provider) => {
    const app = await start()
    const page = await signOut(app, await signedIn(app), { provider, returnTo: '/bye' })
    expect(page.headers.get('location')).toBe('/bye')
  })

  test('takes logout_hint and ui_locales, and nothing else of the request', async () => {
    const app = await start()
    const page = await signOut(app, await signedIn(app), {
      provider: 'true',
      logout_hint: 'ada+1@corp.example',
      ui_locales: 'de en',
      state: 'mine',
      id_token_hint: 'mine',
      post_logout_redirect_uri: 'https://evil.example/',
      client_id: 'mine',
    })
    const { searchParams, search } = locationOf(page)
    expect(searchParams.get('logout_hint')).toBe('ada+1@corp.example')
    expect(search).toContain('ui_locales=de%20en')
    for (const name of ['state', 'id_token_hint', 'client_id']) expect(searchParams.getAll(name)).not.toContain('mine')
    expect(search).not.toContain('evil')
  })

  test.each(['https://evil.example/', '//evil.example', '/auth/logout', '/\\evil.example'])(
    'ends at home for returnTo %s',
    async (returnTo) => {
      const app = await start({ afterLogout: '/home' })
      const browser = await signedIn(app)
      const asked = await browser.go(locationOf(await signOut(app, browser, { provider: '1', returnTo })).href)
      expect((await confirmLogout(browser, asked)).url).toBe(`${app.url}/home`)
    },
  )

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another site, by its origin', { origin: 'https://evil.example' }],
    ['nobody knows where', {}],
  ])('is refused from %s', async (_from, headers) => {
    const app = await start()
    const browser = await signedIn(app)
    const { status, data } = await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers, form: { provider: '1' } })
    expect([status, data]).toMatchObject([403, { error: 'csrf' }])
    expect(await nameOf(app, browser)).toBe('Ada Example')
  })

  test('asks first where a link leads to it, and goes on with what the link said', async () => {
    const app = await start()
    const browser = await signedIn(app)
    const page = await browser.go(`${app.url}/auth/logout?provider&returnTo=/bye&ui_locales=de`)
    for (const field of ['name="provider" value=""', 'name="returnTo" value="/bye"', 'name="ui_locales" value="de"'])
      expect(page.body).toContain(field)
    expect(await nameOf(app, browser)).toBe('Ada Example')
  })

  test('somebody who is signed out already goes on at once', async () => {
    const app = await start()
    const page = await signOut(app, createBrowser(), { provider: '1', returnTo: '/bye' })
    expect([page.status, page.headers.get('location'), page.headers.get('set-cookie')]).toEqual([303, '/bye', null])
  })

  test('with OAuth 2.0 alone, which has no such address, the session ends here', async () => {
    const app = await start()
    const browser = await signedIn(app, 'plain')
    const page = await signOut(app, browser, { provider: '1', returnTo: '/bye' })
    expect(page.headers.get('location')).toBe('/bye')
    expect(await nameOf(app, browser)).toBeUndefined()
  })

  test('a tampered cookie leads nowhere', async () => {
    const app = await start()
    const browser = await signedIn(app)
    const state = locationOf(await signOut(app, browser)).searchParams.get('state') ?? ''
    const cookie = browser.cookies(app.host).get('ar.logout') ?? ''
    expect(cookie.length).toBeLessThan(4000)
    for (let index = 0; index < cookie.length; index += 97) {
      browser.cookies(app.host).set('ar.logout', cookie.slice(0, index) + (cookie[index] === 'A' ? 'B' : 'A') + cookie.slice(index + 1))
      expect((await browser.json(`${app.url}/auth/logout/callback?state=${state}`)).data).toMatchObject({ error: 'state_unknown' })
    }
  })
})

describe('A handler', () => {
  test('of the application redirects to the provider', async () => {
    const app = await start(
      {},
      { handlers: { '/bye': async (req) => req.auth.logout({ provider: true, returnTo: '/seen', uiLocales: 'de' }) } },
    )
    const browser = await signedIn(app)
    const page = await browser.go(`${app.url}/bye`, { follow: false })
    expect(page.status).toBe(303)
    expect(locationOf(page).searchParams.get('ui_locales')).toBe('de')
    expect(await nameOf(app, browser)).toBeUndefined()
    expect((await confirmLogout(browser, await browser.go(locationOf(page).href))).url).toBe(`${app.url}/seen`)
  })

  test('made by auth.logout does so too, and a script gets the address', async () => {
    const app = await start({}, { handlers: { '/bye': (req, res) => app.router.logout({ provider: true, returnTo: '/seen' })(req, res) } })
    const browser = await signedIn(app)
    expect(locationOf(await browser.go(`${app.url}/bye`, { follow: false })).pathname).toBe(new URL(openid.endSessionEndpoint).pathname)
    const other = await signedIn(app)
    const { data } = await other.json<{ location: string }>(`${app.url}/bye`)
    expect(new URL(data.location).origin).toBe(openid.issuer)
  })

  test('options that contradict each other are refused before anything happens', async () => {
    const app = await start()
    expect(() => app.router.logout({ logoutHint: 'ada' })).toThrow('The option logoutHint of logout is for provider: true')
    expect(app.router.logout({ returnTo: '/' })).toBeInstanceOf(Function)
  })
})

describe('A provider that cannot be asked', () => {
  test('is passed over: the session has ended here', async () => {
    const gone = await startOpenidProvider({ signInAs: 'ada-id' })
    const app = await startApplication(gone)
    closing.push(app.close)
    const browser = await signedIn(app)
    // As a process that was started anew, which has no discovery document yet.
    const events: string[] = []
    const again = await startApplication(openid, {
      baseUrl: app.url,
      providers: app.entries,
      logger: { debug: () => 0, info: () => 0, error: () => 0, warn: (event) => events.push((event as LogEvent).event) },
    })
    closing.push(again.close)
    await gone.close()
    for (const [name, value] of browser.cookies(app.host)) browser.cookies(again.host).set(name, value)
    expect(await nameOf(again, browser)).toBe('Ada Example')
    const page = await browser.go(`${again.url}/auth/logout`, {
      method: 'POST',
      headers: own,
      form: { provider: '1', returnTo: '/bye' },
      follow: false,
    })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/bye'])
    expect(await nameOf(again, browser)).toBeUndefined()
    expect(events).toContain('provider_logout_failed')
  })
})

describe('What comes back', () => {
  function moved(browser: Browser, from: Application, to: Application): Browser {
    const other = createBrowser()
    for (const [name, value] of browser.cookies(from.host)) other.cookies(to.host).set(name, value)
    return other
  }

  test('goes only where it may go by now', async () => {
    const [before, now] = [await start({ returnToOrigins: ['https://other.example'] }), await start({ afterLogout: '/home' })]
    const browser = await signedIn(before)
    const page = await signOut(before, browser, { provider: '1', returnTo: 'https://other.example/x' })
    const callback = `/auth/logout/callback?state=${locationOf(page).searchParams.get('state') ?? ''}`
    const late = await moved(browser, before, now).go(now.url + callback, { follow: false })
    expect(late.headers.get('location')).toBe('/home')
    expect((await browser.go(before.url + callback, { follow: false })).headers.get('location')).toBe('https://other.example/x')
  })

  test("does not show an ID Token to another provider of the account's slug", async () => {
    const second = await startSigningProvider()
    closing.push(second.close)
    const other = { ...entryAt(second), backchannelLogout: false, frontchannelLogout: false, endSessionEndpoint: `${second.issuer}/out` }
    const foreign = { ...other, issuer: 'https://evil.example', endSessionEndpoint: 'https://evil.example/out' }
    const [before, now] = [await start({ ifLoggedIn: 'link' }), await start()]
    before.router.register('other', other as never)
    now.router.register('other', foreign as never)
    const browser = await signedIn(before)
    await browser.go(`${before.url}/auth/other`, { method: 'POST', headers: own })
    const page = await signOut(before, browser, { provider: '1', returnTo: '/bye' })
    const callback = `/auth/logout/callback?state=${locationOf(page).searchParams.get('state') ?? ''}`
    const elsewhere = await moved(browser, before, now).go(now.url + callback, { follow: false })
    expect(elsewhere.headers.get('location')).toBe('/bye')
    const next = locationOf(await browser.go(before.url + callback, { follow: false }))
    expect(next.origin + next.pathname).toBe(`${second.issuer}/out`)
    expect(next.searchParams.get('id_token_hint')).toMatch(/^e/)
  })

  test('of one account of several leaves the others signed in', async () => {
    const second = await startSigningProvider()
    closing.push(second.close)
    const app = await start(
      { ifLoggedIn: 'link' },
      { handlers: { '/leave': (req) => req.auth.logout({ provider: true, key: 'other$ada', returnTo: '/me' }) } },
    )
    const { backchannelLogout: _one, frontchannelLogout: _two, ...entry } = entryAt(second)
    app.router.register('other', { ...entry, endSessionEndpoint: `${second.issuer}/out` } as never)
    const browser = await signedIn(app)
    await browser.go(`${app.url}/auth/other`, { method: 'POST', headers: own })
    const location = locationOf(await browser.go(`${app.url}/leave`, { follow: false }))
    expect(location.pathname).toBe('/out')
    const back = await browser.go(`${app.url}/auth/logout/callback?state=${location.searchParams.get('state') ?? ''}`)
    expect(JSON.parse(back.body)).toMatchObject({ name: 'Ada Example', provider: 'corp' })
  })
})
