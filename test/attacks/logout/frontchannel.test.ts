import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { AuthRouterOptions } from '../../../middleware/index.js'
import { createBrowser } from '../../support/browser.js'
import { entryAt, startLogoutSite, type LogoutSite } from '../../support/logoutSite.js'
import { startSigningProvider, type SigningProvider } from '../../support/signingProvider.js'

/** A provider ends a session by a frame in the browser (OpenID Connect Front-Channel Logout 1.0): section H of the threat model, case 106. */

let provider: SigningProvider
beforeAll(async () => {
  provider = await startSigningProvider()
})
afterAll(async () => {
  await provider.close()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  provider.user = { sub: 'ada', sid: 'session-1' }
  provider.revoked = []
})

async function start(options: Partial<AuthRouterOptions> = {}): Promise<LogoutSite> {
  const site = await startLogoutSite(provider, options)
  closing.push(site.close)
  return site
}

/** Loads the frame without any cookie, as in a page of another site. */
async function frame(site: LogoutSite, query: Record<string, string> | string, init: RequestInit = {}): Promise<Response> {
  const search = typeof query === 'string' ? query : new URLSearchParams(query).toString()
  return await fetch(`${site.url}/auth/corp/frontchannel-logout?${search}`, init)
}

describe('OpenID Foundation: front-channel logout', () => {
  test.each(['oidcc-client-test-rp-frontchannel-opinitlogout', 'oidcc-client-test-rp-frontchannel-rpinitlogout'])('%s', async (name) => {
    const site = await start()
    const browser = await site.signIn()
    if (name.includes('rpinit')) {
      const page = await browser.go(`${site.url}/auth/logout?provider`, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin' },
        follow: false,
      })
      // This provider has no such endpoint of its own: the session has ended here.
      expect(page.status).toBe(303)
    }
    const answer = await frame(site, { iss: provider.issuer, sid: 'session-1' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-frame-options')).toBeNull()
    expect(answer.headers.get('content-security-policy')).toContain(`frame-ancestors ${provider.issuer}`)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await answer.text()).not.toMatch(/<script|session-1/)
    expect(await site.me(browser)).toBe(null)
  })
})

test('ends that session and no other, and revokes nothing at the provider', async () => {
  const site = await start()
  const browser = await site.signIn()
  provider.user = { sub: 'ada', sid: 'session-2' }
  const again = await site.signIn()
  expect((await frame(site, { iss: provider.issuer, sid: 'session-1' })).status).toBe(200)
  expect([await site.me(browser), await site.me(again)]).toEqual([null, 'ada'])
  await site.router.close()
  expect(provider.revoked).toEqual([])
})

test('answers alike for a session that is not known', async () => {
  const site = await start()
  const [known, unknown] = [
    await frame(site, { iss: provider.issuer, sid: 'session-1' }),
    await frame(site, { iss: provider.issuer, sid: 'nobody' }),
  ]
  expect([unknown.status, await unknown.text()]).toEqual([known.status, await known.text()])
})

test.each<[string, (issuer: string) => Record<string, string> | string, string]>([
  ['no iss', () => ({ sid: 'session-1' }), 'bad_request'],
  ['no sid', (iss) => ({ iss }), 'bad_request'],
  ['an empty sid', (iss) => ({ iss, sid: '' }), 'bad_request'],
  ['nothing', () => '', 'bad_request'],
  ['sub in place of sid', (iss) => ({ iss, sub: 'ada' }), 'bad_request'],
  ['another issuer', () => ({ iss: 'https://id.example', sid: 'session-1' }), 'issuer_mismatch'],
  ['the issuer with a slash', (iss) => ({ iss: `${iss}/`, sid: 'session-1' }), 'issuer_mismatch'],
  ['two sids', (iss) => `iss=${encodeURIComponent(iss)}&sid=session-1&sid=session-1`, 'bad_request'],
  ['a list of sids', (iss) => `iss=${encodeURIComponent(iss)}&sid[]=session-1`, 'bad_request'],
])('%s is refused', async (_what, query, code) => {
  const site = await start()
  const browser = await site.signIn()
  const answer = await frame(site, query(provider.issuer), { headers: { accept: 'application/json' } })
  expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([400, code])
  expect(await site.me(browser)).toBe('ada')
})

test('another method, and an entry that takes none, are refused', async () => {
  const { frontchannelLogout: _none, ...entry } = entryAt(provider)
  const site = await start({ providers: { corp: entry } })
  expect((await frame(site, { iss: provider.issuer, sid: 'session-1' })).status).toBe(404)
  expect((await frame(site, { iss: provider.issuer, sid: 'session-1' }, { method: 'POST' })).status).toBe(405)
})

test('without backchannelLogout, a logout token is for nobody', async () => {
  const { backchannelLogout: _none, ...entry } = entryAt(provider)
  const site = await start({ providers: { corp: entry } })
  const browser = await site.signIn()
  expect((await site.logOut(await provider.logoutToken())).status).toBe(404)
  expect(await site.me(browser)).toBe('ada')
  expect((await frame(site, { iss: provider.issuer, sid: 'session-1' })).status).toBe(200)
  expect(await site.me(browser)).toBe(null)
})

test('while the store is away it says so', async () => {
  const { memoryTokenStore } = await import('../../../lib/stores/memory.js')
  const inner = memoryTokenStore()
  let isAway = false
  const site = await start({ tokenStore: { ...inner, get: (key) => (isAway ? Promise.reject(new Error('away')) : inner.get(key)) } })
  const browser = await site.signIn()
  isAway = true
  expect((await frame(site, { iss: provider.issuer, sid: 'session-1' })).status).toBe(503)
  isAway = false
  expect(await site.me(browser)).toBe('ada')
})

test('users who choose their provider are found by what stands in the registered address', async () => {
  const entry = {
    ...entryAt(provider),
    apiBaseUrl: `${provider.issuer}/{tenant}/api/`,
    parameters: { tenant: { description: 'Name of the tenant', kind: 'segment' } },
    ask: ['tenant'],
    allow: ['acme', 'other'],
  } as const
  const site = await start({ providers: { corp: entry as never } })
  const browser = createBrowser()
  await browser.go(`${site.url}/auth/corp?tenant=acme`)
  expect(await site.me(browser)).toBe('ada')
  const named = { iss: provider.issuer, sid: 'session-1' }
  expect((await frame(site, named)).status).toBe(400)
  expect((await frame(site, { ...named, tenant: 'evil' })).status).toBe(400)
  expect(await site.me(browser)).toBe('ada')
  expect((await frame(site, { ...named, tenant: 'acme' })).status).toBe(200)
  expect(await site.me(browser)).toBe(null)
})
