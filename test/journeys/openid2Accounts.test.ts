import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { type AuthRouterOptions, type AuthUser, requireLogin } from '../../middleware/index.js'
import { type Openid2Provider, startOpenid2Provider } from '../../testing/index.js'
import { createBrowser } from '../support/browser.js'
import { refusalOf, signIn, startOpenid2Site } from '../support/openid2/site.js'
import type { Site } from '../support/site.js'

/** What an application does with a user that OpenID 2.0 has signed in. */

let provider: Openid2Provider
let site: Site

beforeAll(async () => {
  provider = await startOpenid2Provider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await provider.close()
})
beforeEach(() => {
  provider.tampering = {}
  provider.requests.length = 0
})
afterEach(() => site.close())

async function start(options: Partial<AuthRouterOptions> = {}, entry: object = {}): Promise<void> {
  site = await startOpenid2Site({
    providers: { house: { protocol: 'openid2', identifier: provider.identifier, ...entry } },
    options,
    build: (app) => {
      app.get('/refresh', (req, res, next) => {
        req.auth.refreshUser().then((user) => res.json(user), next)
      })
      app.get('/tried', (req, res) => {
        const { credentials } = req.oauthClient
        const failures = [
          () => req.oauthClient.get('me'),
          () => credentials.refresh(),
          () => credentials.seal(),
          () => credentials.accessToken,
        ]
        void Promise.all(
          failures.map(async (work) => {
            try {
              return await work()
            } catch (error) {
              return [(error as { code: string }).code, (error as Error).message]
            }
          }),
        ).then((tried) => res.json({ tried, listed: credentials }))
      })
      app.get('/row', (req, res) => {
        res.json((req as { user?: unknown }).user ?? null)
      })
      app.get('/fresh', requireLogin({ maxAge: 1 }) as RequestHandler, (_req, res) => {
        res.json('fresh')
      })
    },
  })
}

const message = 'House gives no access to an API: it only says who somebody is.'

describe('a user without tokens', () => {
  test('has a client that says so, and credentials that can be listed', async () => {
    await start({}, { title: 'House' })
    const { browser } = await signIn(site.url)
    const { data } = await browser.json(`${site.url}/tried`)
    expect(data).toEqual({ tried: Array.from({ length: 4 }, () => ['credentials_gone', message]), listed: { provider: 'house' } })
  })

  test('keeps the profile where another would be fetched again, at once and when it is old', async () => {
    await start({ profileMaxAge: 1 })
    const { browser } = await signIn(site.url)
    const { data: before } = await browser.json<AuthUser>(`${site.url}/me`)
    provider.requests.length = 0
    expect((await browser.json<AuthUser>(`${site.url}/refresh`)).data).toEqual(before)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await browser.json<AuthUser>(`${site.url}/me`)).data).toEqual(before)
    expect((await browser.json<AuthUser>(`${site.url}/me`)).data).toEqual(before)
    expect(provider.requests).toEqual([])
  })

  test.each(['user', 'session'] as const)('is a row of the user store, with keepTokens: %s', async (keepTokens) => {
    const options = { userStore: memoryUserStore(), tokenStore: memoryTokenStore(), ...(keepTokens === 'user' ? { keepTokens } : {}) }
    await start(options as Partial<AuthRouterOptions>)
    const [first, second] = [await signIn(site.url), await signIn(site.url)]
    const rowOf = async ({ browser }: typeof first): Promise<{ id: string; name: string } | null> =>
      (await browser.json<{ id: string; name: string } | null>(`${site.url}/row`)).data
    const row = await rowOf(first)
    expect(row).toMatchObject({ name: 'Ada Example' })
    expect(await rowOf(second)).toMatchObject({ id: row?.id })
    expect(await site.router.logoutEverywhere(`house$${provider.identifierOf('ada-id')}`)).toBe(2)
    expect(await rowOf(first)).toBeNull()
  })

  test('signs in anew where a guard wants a fresh sign-in, which the provider is asked for', async () => {
    await start()
    const { browser } = await signIn(site.url)
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    const page = await browser.go(`${site.url}/fresh`, { follow: false })
    const asked = new URL(page.headers.get('location') ?? '')
    expect(asked.searchParams.get('openid.pape.max_auth_age')).toBe('1')
  })
})

describe('a login that asks how the user signed in', () => {
  test('is refused where the answer does not say', async () => {
    await start({}, { maxAge: 60 })
    provider.tampering = {
      beforeSigning: (fields) => {
        const { 'pape.auth_time': _time, ...others } = fields
        return { ...others, signed: (fields['signed'] ?? '').replace(',pape.auth_time', '') }
      },
    }
    const { browser, page } = await signIn(site.url)
    expect(page.status).toBe(400)
    expect((await browser.json(`${site.url}/me`)).data).toBeNull()
  })

  test('is refused where that was too long ago', async () => {
    await start({}, { maxAge: 60 })
    const long = new Date(Date.now() - 400_000).toISOString().slice(0, 19)
    provider.tampering = { beforeSigning: (fields) => ({ ...fields, 'pape.auth_time': `${long}Z` }) }
    expect((await signIn(site.url)).page.status).toBe(400)
  })
})

describe('a request', () => {
  test('that is too long for an address is posted by a page, which a browser without scripts can send as well', async () => {
    await start({}, { attributeExchange: { long: `http://attributes.example/${'long'.repeat(600)}` } })
    const { status, headers, body } = await createBrowser().go(`${site.url}/auth/house`, { follow: false })
    expect(status).toBe(200)
    expect(headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/)
    expect(body).toContain(`<form method="post" action="${provider.endpoint}" autocomplete="off">`)
    expect(body).toContain('<input type="hidden" name="openid.mode" value="checkid_setup">')
    expect(body).toContain('<button class="button strong">Continue</button>')
  })

  test('for a realm that turns out not to cover the callback is refused', async () => {
    await start()
    const { port } = new URL(site.url)
    site.router.register('other', { protocol: 'openid2', identifier: provider.identifier, realm: `http://127.0.0.1:${port}/elsewhere/` })
    const { status, data } = await createBrowser().json(`${site.url}/auth/other`)
    expect([status, data]).toMatchObject([500, { error: 'config_invalid' }])
  })

  test('keeps its transaction within one cookie, also with the longest that it may remember', async () => {
    const endpoint = `${provider.endpoint}?${'x'.repeat(500 - provider.endpoint.length)}`
    await start(
      { transactions: 'cookie' },
      { authorizationEndpoint: endpoint, acrValues: Array.from({ length: 3 }, () => `http://policies.example/${'p'.repeat(60)}`) },
    )
    const { headers } = await createBrowser().go(`${site.url}/auth/house?returnTo=/${'r'.repeat(300)}`, { follow: false })
    const [line = ''] = headers.getSetCookie().filter((one) => one.includes('tx'))
    expect(line.length).toBeGreaterThan(500)
    expect(line.length).toBeLessThan(4_096)
    expect((await refusalOf(createBrowser(), `${site.url}/auth/house/callback?state=x`)).error).toBe('state_unknown')
  })
})
