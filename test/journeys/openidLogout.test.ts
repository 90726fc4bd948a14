import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { confirmLogout, registerLogout } from '../support/logout.js'

/** Logout in both directions with the certified server oidc-provider: who signs out at one application is signed out at all. */

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

/** An application that the provider tells of logouts. */
async function start(metadata: Record<string, unknown> = {}, options: Partial<AuthRouterOptions> = {}): Promise<Application> {
  const app = await startApplication(openid, options)
  closing.push(app.close)
  const { corp } = app.entries
  app.router.register('sso', { ...corp, backchannelLogout: true } as never)
  openid.registerClient({
    clientId: String(corp['clientId']),
    clientSecret: String(corp['clientSecret']),
    redirectUris: [`${app.url}/auth/sso/callback`],
    postLogoutRedirectUris: [`${app.url}/auth/logout/callback`],
    metadata: { backchannel_logout_uri: `${app.url}/auth/sso/backchannel-logout`, ...metadata },
  })
  return app
}

const withStore = (): Partial<AuthRouterOptions> => ({ tokenStore: memoryTokenStore() })

async function nameOf(app: Application, browser: Browser): Promise<string | undefined> {
  return (await browser.json<{ name: string } | null>(`${app.url}/me`)).data?.name
}

async function signOutAtProvider(app: Application, browser: Browser, form: Record<string, string> = {}): Promise<string> {
  const asked = await browser.go(`${app.url}/auth/logout`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    form: { provider: 'true', ...form },
  })
  return (await confirmLogout(browser, asked)).url
}

const called = (path: string, from = 0): number => openid.requests.slice(from).filter((request) => request.path === path).length

describe.each([
  ['by sid', { backchannel_logout_session_required: true }],
  ['by sub', { backchannel_logout_session_required: false }],
])('%s', (_by, metadata) => {
  test('who signs out of one application at the provider is signed out of the other, and of both in this browser only', async () => {
    const [shop, mail] = [await start(metadata, withStore()), await start(metadata, withStore())]
    const [browser, elsewhere] = [createBrowser(), createBrowser()]
    for (const one of [browser, elsewhere]) for (const app of [shop, mail]) await one.go(`${app.url}/auth/sso`)
    expect(await nameOf(mail, browser)).toBe('Ada Example')
    expect(await signOutAtProvider(shop, browser, { returnTo: '/bye' })).toBe(`${shop.url}/bye`)
    expect([await nameOf(shop, browser), await nameOf(mail, browser)]).toEqual([undefined, undefined])
    const isOneSession = metadata.backchannel_logout_session_required
    expect(await nameOf(mail, elsewhere)).toBe(isOneSession ? 'Ada Example' : undefined)
    // The next sign-in is another session, which the former logout does not touch.
    await browser.go(`${mail.url}/auth/sso`)
    expect(await nameOf(mail, browser)).toBe('Ada Example')
  })
})

test('the sign-out of several accounts goes from provider to provider, and comes back to where it was to go', async () => {
  const second = await startOpenidProvider({ signInAs: 'grace-id' })
  closing.push(second.close)
  const app = await startApplication(openid, { ...withStore(), ifLoggedIn: 'link' })
  closing.push(app.close)
  registerLogout(openid, app)
  const client = { clientId: 'the-other-app', clientSecret: 'another secret of the tests' }
  second.registerClient({
    ...client,
    redirectUris: [`${app.url}/auth/other/callback`],
    postLogoutRedirectUris: [`${app.url}/auth/logout/callback`],
  })
  app.router.register('other', { protocol: 'oidc', issuer: second.issuer, apiBaseUrl: second.apiBaseUrl, ...client })
  const browser = createBrowser()
  for (const slug of ['corp', 'plain', 'other'])
    await browser.go(`${app.url}/auth/${slug}`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
  const { data } = await browser.json<{ accounts: { provider: string }[] }>(`${app.url}/auth/session`)
  expect(data.accounts.map(({ provider }) => provider)).toEqual(['corp', 'plain', 'other'])

  const first = await browser.go(`${app.url}/auth/logout`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    form: { provider: 'true', returnTo: '/bye' },
  })
  expect(new URL(first.url).origin).toBe(openid.issuer)
  const next = await confirmLogout(browser, first)
  expect(new URL(next.url).origin).toBe(second.issuer)
  expect(next.body).toContain('Sign out of')
  expect((await confirmLogout(browser, next)).url).toBe(`${app.url}/bye`)
  // Both have forgotten the user: neither asks again where there is nobody.
  for (const one of [openid, second]) expect((await browser.go(one.endSessionEndpoint)).body).not.toContain('Sign out of')
  expect(browser.cookies(app.host).size).toBe(0)
})

test('tokens that were given with the session are revoked, and a session that is gone is a success to the provider', async () => {
  const app = await start({ backchannel_logout_session_required: true }, withStore())
  const browser = createBrowser()
  await browser.go(`${app.url}/auth/sso`)
  const from = openid.requests.length
  await signOutAtProvider(app, browser)
  await app.router.close()
  // At the sign-out here; the logout token that followed has found nobody, and revoked nothing.
  expect(called('/revoke', from)).toBe(1)
})
