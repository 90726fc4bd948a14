import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { authRouter } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startThreeProtocols, threeSlugs, twoModes, type Served, type ThreeProtocols } from '../support/threeProtocols.js'

/** A callback at the path that has been registered with the provider already. */

let protocols: ThreeProtocols
beforeAll(async () => {
  protocols = await startThreeProtocols()
})
afterAll(async () => {
  await protocols.close()
})

const more = {
  corp: { callbackPath: '/login/corp/return' },
  plain: { callbackPath: '/auth/callback/plain' },
  old: { callbackPath: '/back/' },
}

const nameAt = async (browser: Browser, url: string): Promise<string | undefined> =>
  (await browser.json<{ name: string } | null>(`${url}/me`)).data?.name

/** The address that the provider sends a login back to, not opened yet. */
async function callbackOf(browser: Browser, app: Served, slug: string, query = ''): Promise<URL> {
  const page = await browser.go(`${app.url}/auth/${slug}${query}`, { follow: (location) => !location.startsWith(`${app.url}/`) })
  return new URL(page.headers.get('location') ?? '')
}

describe.each(twoModes)('With logins kept in %s,', (_name, mode) => {
  let app: Served
  beforeAll(async () => {
    app = await protocols.serve({ ...mode(), more })
  })
  afterAll(() => app.close())

  test.each(threeSlugs)('the provider sends users of "%s" to it, and the login ends there', async (slug) => {
    const browser = createBrowser()
    const callback = await callbackOf(browser, app, slug, '?returnTo=/me')
    expect(callback.origin + callback.pathname).toBe(app.url + more[slug].callbackPath)
    expect(await browser.go(callback.href, { follow: false })).toMatchObject({ status: 303 })
    expect(await nameAt(browser, app.url)).toBe('Ada Example')
    const again = await browser.go(callback.href, { follow: false })
    expect({ status: again.status, to: again.headers.get('location') }).toEqual({ status: 303, to: '/me' })
    expect(again.headers.get('cache-control')).toBe('no-store')
    expect(again.headers.get('referrer-policy')).toBe('no-referrer')
  })

  test.each(threeSlugs)('the route that "%s" would have is no second door', async (slug) => {
    const browser = createBrowser()
    const { search } = await callbackOf(browser, app, slug)
    const { status, data } = await browser.json(`${app.url}/auth/${slug}/callback${search}`)
    expect({ status, data }).toMatchObject({ status: 404, data: { error: 'unknown_provider' } })
    expect(await nameAt(browser, app.url)).toBeUndefined()
    await browser.go(app.url + more[slug].callbackPath + search)
    expect(await nameAt(browser, app.url)).toBe('Ada Example')
  })

  test.each([
    ['corp', 'plain'],
    ['plain', 'corp'],
  ] as const)('the answer to a login with "%s" is worth nothing at the path of "%s"', async (slug, other) => {
    const browser = createBrowser()
    const { search } = await callbackOf(browser, app, slug)
    const { status, data } = await browser.json(app.url + more[other].callbackPath + search)
    expect({ status, data }).toMatchObject({ status: 400, data: { error: 'provider_mismatch', provider: other } })
    expect(await nameAt(browser, app.url)).toBeUndefined()
  })

  test('no other browser can finish the login', async () => {
    const callback = await callbackOf(createBrowser(), app, 'corp')
    expect((await createBrowser().json(callback.href)).data).toMatchObject({ error: 'state_unknown', provider: 'corp' })
    expect((await createBrowser().json(`${app.url}/login/corp/return`)).data).toMatchObject({ error: 'state_missing' })
    const headers = { 'sec-purpose': 'prefetch' }
    expect((await createBrowser().json(callback.href, { headers })).data).toMatchObject({ error: 'bad_request' })
    const { status, headers: answer } = await createBrowser().go(callback.href, { method: 'POST' })
    expect([status, answer.get('allow')]).toEqual([405, 'GET'])
  })

  test.each(['/login/corp/return/', '/Login/corp/return', '/login/corp/%72eturn', '//login/corp/return', '/back', '/login/corp'])(
    '%s is not its spelling',
    async (path) => {
      const browser = createBrowser()
      const { search } = await callbackOf(browser, app, 'corp')
      expect((await browser.go(app.url + path + search)).status).toBe(404)
      expect(await nameAt(browser, app.url)).toBeUndefined()
    },
  )

  test.each(['/login/corp/return', '/LOGIN/corp//return?code=x', '/login/corp/retur%6e', '/back', '/back/'])(
    '%s is no place to return to',
    async (place) => {
      const browser = createBrowser()
      const callback = await callbackOf(browser, app, 'plain', `?returnTo=${encodeURIComponent(place)}`)
      expect((await browser.go(callback.href, { follow: false })).headers.get('location')).toBe('/')
    },
  )
})

test('A provider that posts its answer posts it there, and so does the page that brings the cookies along', async () => {
  const app = await protocols.serve({ more: { corp: { callbackPath: '/login/corp/return', responseMode: 'form_post' } } })
  try {
    const browser = createBrowser()
    const start = await browser.go(`${app.url}/auth/corp`, { follow: false })
    expect(new URL(start.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(`${app.url}/login/corp/return`)
    const form = { code: 'c', state: 's' }
    const page = await createBrowser().go(`${app.url}/login/corp/return`, {
      method: 'POST',
      form,
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<form method="post" action="/login/corp/return"')
    const posted = await browser.json(`${app.url}/login/corp/return`, { method: 'POST', form: { ...form, authrouter_repost: '1' } })
    expect(posted.data).toMatchObject({ error: 'state_mismatch' })
  } finally {
    await app.close()
  }
})

describe('Mounted at a path,', () => {
  test.each(['/account', '/account/deep'])('%s, it counts from the base URL', async (mountPath) => {
    const app = await protocols.serve({ mountPath, more: { corp: { callbackPath: `${mountPath}/return` } } })
    try {
      const browser = createBrowser()
      const page = await browser.go(`${app.url}${mountPath}/auth/corp?returnTo=${mountPath}/x`, {
        follow: (location) => !location.includes('/return?'),
      })
      expect(page.headers.get('location')).toMatch(`${app.url}${mountPath}/return?`)
      expect((await browser.go(page.headers.get('location') ?? '', { follow: false })).headers.get('location')).toBe(`${mountPath}/x`)
      expect((await browser.go(`${app.url}/return?code=c&state=s`)).status).toBe(404)
    } finally {
      await app.close()
    }
  })

  test.each([
    ['left in place', '/shop', '/shop/return'],
    ['taken away by a proxy', '/', '/return'],
  ])('a base path that is %s is there once', async (_how, mountPath, path) => {
    const providers = {
      corp: { protocol: 'oauth2', authorizationEndpoint: 'https://id.example/a', tokenEndpoint: 'https://id.example/t', clientId: 'c' },
    } as const
    const auth = authRouter({
      secret: testSecret,
      baseUrl: 'http://localhost/shop',
      logger: false,
      providers: {
        corp: {
          ...providers.corp,
          clientAuth: 'none',
          profile: { id: 'id' },
          userinfoEndpoint: 'https://id.example/u',
          callbackPath: '/return',
        },
      },
    })
    const server = express().use(mountPath, auth).listen(0)
    try {
      const url = `http://localhost:${String((server.address() as { port: number }).port)}`
      const start = await createBrowser().go(`${url}${mountPath === '/' ? '' : mountPath}/auth/corp`, { follow: false })
      expect(new URL(start.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe('http://localhost/shop/return')
      expect((await createBrowser().json(`${url}${path}?code=c&state=s`)).data).toMatchObject({ error: 'state_unknown' })
    } finally {
      server.close()
    }
  })
})

test('An entry that is registered later has its own as well, and not one that is taken', async () => {
  const app = await protocols.serve({ more: { corp: { callbackPath: '/login/return' } } })
  try {
    const entry = { protocol: 'oidc', issuer: 'https://id.example', clientId: 'c', clientSecret: 's' } as const
    expect(() => {
      app.auth.register('late', { ...entry, callbackPath: '/login/return' })
    }).toThrow('providers.late.callbackPath is that of providers.corp too: each entry needs a path of its own.')
    app.auth.register('late', { ...entry, callbackPath: '/login/late' })
    expect((await createBrowser().json(`${app.url}/login/late?code=c&state=s`)).data).toMatchObject({ error: 'state_unknown' })
  } finally {
    await app.close()
  }
})
