import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { requireLogin } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

let openid: OpenidProvider
let app: Application

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(async () => {
  app = await startApplication(
    openid,
    {},
    {
      guarded: {
        '/private': [
          requireLogin(),
          (req, res) => {
            sendJson(res, req.authUser?.id)
          },
        ],
        '/corp-only': [
          requireLogin('corp'),
          (req, res) => {
            sendJson(res, req.authUser?.provider)
          },
        ],
        '/admin': [
          requireLogin({ roles: ['admin'] }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
        '/checked': [
          requireLogin({ check: ({ email }) => email === 'nobody@example.com' }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
        '/scoped': [
          requireLogin({ scope: ['profile'] }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
        '/more-scope': [
          requireLogin({ scope: ['offline_access'] }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
      },
    },
  )
})
afterEach(async () => {
  await app.close()
})

const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

describe('starting a login', () => {
  test.each([
    ['image', 'no-cors'],
    ['iframe', 'navigate'],
    ['empty', 'cors'],
    ['script', 'no-cors'],
  ])("from a page's %s is refused without a cookie", async (dest, mode) => {
    const page = await createBrowser().go(`${app.url}/auth/corp`, {
      follow: false,
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest, 'sec-fetch-mode': mode },
    })
    expect(page.status).toBe(403)
    expect(page.body).toContain('csrf')
    expect(page.headers.getSetCookie()).toEqual([])
  })

  test("by a link on another site asks first, and the page's button goes on", async () => {
    const browser = createBrowser()
    const page = await browser.go(`${app.url}/auth/corp?returnTo=/me`, { follow: false, headers: crossSite })
    expect({ status: page.status, cookies: page.headers.getSetCookie() }).toEqual({ status: 200, cookies: [] })
    expect(page.body).toContain('Corp ID')
    const landed = await browser.go(`${app.url}/auth/corp`, {
      method: 'POST',
      form: { returnTo: '/me' },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(landed.url).toBe(`${app.url}/me`)
  })

  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])('by a form with %j is refused', async (headers) => {
    const page = await createBrowser().go(`${app.url}/auth/corp`, { method: 'POST', form: {}, follow: false, headers })
    expect(page.status).toBe(403)
  })

  test("by fetch from the application's own page gives the address", async () => {
    const { status, data } = await createBrowser().json<{ location: string }>(`${app.url}/auth/corp`, {
      headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' },
    })
    expect(status).toBe(200)
    expect(data.location).toContain(`${openid.authorizationEndpoint}?`)
  })

  test('asks with PKCE S256, state and nonce, fresh each time', async () => {
    const seen = new Set<string>()
    for (let time = 0; time < 5; time++) {
      const page = await createBrowser().go(`${app.url}/auth/corp`, { follow: false })
      const query = new URL(page.headers.get('location') ?? '').searchParams
      expect(Object.fromEntries(query)).toMatchObject({
        response_type: 'code',
        code_challenge_method: 'S256',
        redirect_uri: `${app.url}/auth/corp/callback`,
      })
      for (const name of ['state', 'nonce', 'code_challenge']) {
        expect(query.get(name)).toMatch(/^[\w-]{43}$/)
        seen.add(query.get(name) ?? '')
      }
    }
    expect(seen.size).toBe(15)
  })

  test('takes prompt and login_hint, and only scopes that the entry lists', async () => {
    const page = await createBrowser().go(`${app.url}/auth/corp?prompt=login&login_hint=ada`, { follow: false })
    expect(Object.fromEntries(new URL(page.headers.get('location') ?? '').searchParams)).toMatchObject({
      prompt: 'login',
      login_hint: 'ada',
    })
    expect((await createBrowser().go(`${app.url}/auth/corp?scope=admin`, { follow: false })).status).toBe(400)
  })

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/.//evil.example', '/auth/logout', 'javascript:alert(1)'])(
    'with returnTo=%s ends at the default place',
    async (returnTo) => {
      const landed = await createBrowser().go(`${app.url}/auth/corp?returnTo=${encodeURIComponent(returnTo)}`)
      expect(landed.url).toBe(`${app.url}/`)
    },
  )

  test('ignores what Host and X-Forwarded headers say', async () => {
    const page = await createBrowser().go(`${app.url}/auth/corp`, {
      follow: false,
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    })
    expect(new URL(page.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(`${app.url}/auth/corp/callback`)
  })
})

describe('signing out', () => {
  test('takes a request from a page of the site, or the CSRF token', async () => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { 'x-csrf-token': 'wrong' }, {}]) {
      expect((await browser.go(`${app.url}/auth/logout`, { method: 'POST', form: {}, follow: false, headers })).status).toBe(403)
    }
    const { data } = await browser.json<{ user: { name: string }; accounts: unknown[]; csrfToken: string }>(`${app.url}/auth/session`)
    expect(data).toMatchObject({ user: { name: 'Ada Example' }, accounts: [{ provider: 'corp' }] })
    const { status } = await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { 'x-csrf-token': data.csrfToken } })
    expect(status).toBe(200)
    expect((await browser.json(`${app.url}/auth/session`)).data).toEqual({ user: null, accounts: [], csrfToken: null })
  })

  test('by opening the address asks first, and by an image is refused', async () => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    const page = await browser.go(`${app.url}/auth/logout`)
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Sign out') as unknown })
    expect(
      (await browser.go(`${app.url}/auth/logout`, { headers: { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' } })).status,
    ).toBe(403)
    expect((await browser.json<{ id: string }>(`${app.url}/me`)).data).toMatchObject({ provider: 'corp' })
  })
})

describe('the list of providers', () => {
  test('is a page with a link each, and JSON where JSON is asked for', async () => {
    const page = await createBrowser().go(`${app.url}/auth?returnTo=/me`)
    expect(page.body).toContain('href="/auth/corp?returnTo=%2Fme"')
    expect(page.body).toContain('href="/auth/plain?returnTo=%2Fme"')
    expect((await createBrowser().json(`${app.url}/auth`)).data).toEqual({
      providers: [
        { slug: 'corp', title: 'Corp ID', protocol: 'oidc', url: '/auth/corp' },
        { slug: 'plain', title: 'Plain', protocol: 'oauth2', url: '/auth/plain' },
      ],
      user: null,
    })
  })
})

describe('requireLogin', () => {
  test('sends a page to the sign-in and back, and answers a program with 401', async () => {
    const browser = createBrowser()
    expect((await browser.go(`${app.url}/private?x=1`, { follow: false })).headers.get('location')).toBe(
      '/auth?returnTo=%2Fprivate%3Fx%3D1',
    )
    expect((await browser.go(`${app.url}/corp-only`)).url).toBe(`${app.url}/corp-only`)
    const { status, data } = await createBrowser().json(`${app.url}/private`)
    expect({ status, data }).toMatchObject({ status: 401, data: { error: 'login_required' } })
    expect((await createBrowser().go(`${app.url}/private`, { headers: { 'sec-fetch-dest': 'empty' } })).status).toBe(401)
    expect((await createBrowser().go(`${app.url}/private`, { method: 'POST', form: {} })).status).toBe(401)
  })

  test('asks for the account that it names', async () => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/plain`)
    expect((await browser.go(`${app.url}/corp-only`, { follow: false })).headers.get('location')).toBe(
      '/auth/corp?returnTo=%2Fcorp-only&link=1',
    )
  })

  test("turns away who lacks a role or the application's leave, and asks for a scope that is lacking", async () => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    expect((await browser.go(`${app.url}/scoped`)).body).toBe('true')
    expect((await browser.go(`${app.url}/more-scope`)).body).toBe('true')
    for (const path of ['/admin', '/checked']) {
      const page = await browser.go(app.url + path)
      expect({ path, status: page.status }).toEqual({ path, status: 403 })
      expect(page.body).toContain('forbidden')
    }
  })
})

describe('hooks.onLogin', () => {
  async function landWith(
    onLogin: () => unknown,
  ): Promise<{ page: Awaited<ReturnType<ReturnType<typeof createBrowser>['go']>>; user: unknown }> {
    const other = await startApplication(openid, { hooks: { onLogin: onLogin as never } })
    try {
      const browser = createBrowser()
      const page = await browser.go(`${other.url}/auth/corp?returnTo=/me`)
      return { page: { ...page, url: page.url.replace(other.url, '') }, user: (await browser.json(`${other.url}/me`)).data }
    } finally {
      await other.close()
    }
  }

  test('may add to the user, but not change who it is', async () => {
    const { user } = await landWith(() => ({ user: { roles: ['admin'], plan: 'gold', id: 'somebody else', provider: 'other', key: 'x' } }))
    expect(user).toMatchObject({ roles: ['admin'], plan: 'gold', id: 'ada-id', provider: 'corp', key: 'corp$ada-id' })
  })

  test('may send the person elsewhere, by the rules of returnTo', async () => {
    expect((await landWith(() => ({ redirect: '/welcome' }))).page.url).toBe('/welcome')
    expect((await landWith(() => ({ redirect: 'https://evil.example/' }))).page.url).toBe('/')
  })

  test('may let go of the access: the person is signed in without tokens', async () => {
    const other = await startApplication(
      openid,
      {
        hooks: {
          onLogin: async ({ credentials }) => {
            await credentials.revoke()
          },
        },
      },
      {
        handlers: {
          '/code': async (req, res) => {
            sendJson(res, await req.oauthClient.get('me').catch((error: unknown) => (error as { code: string }).code))
          },
        },
      },
    )
    try {
      const browser = createBrowser()
      await browser.go(`${other.url}/auth/corp?returnTo=/me`)
      expect((await browser.json(`${other.url}/me`)).data).toMatchObject({ id: 'ada-id' })
      expect((await browser.json(`${other.url}/code`)).data).toBe('credentials_gone')
    } finally {
      await other.close()
    }
  })

  test('may refuse, and when it fails nobody is signed in', async () => {
    expect(await landWith(() => false)).toMatchObject({ page: { status: 403 }, user: null })
    expect(
      await landWith(() => {
        throw new Error('canary of the database')
      }),
    ).toMatchObject({ page: { status: 500, body: expect.not.stringContaining('canary') as unknown }, user: null })
  })
})

test('what another middleware has put on the request under our names is not taken for ours', async () => {
  const before = (req: Record<string, unknown>, _res: never, next: () => void): void => {
    Object.assign(req, { authUser: { id: 'somebody else' }, auth: { user: 'somebody else' }, oauthClient: {} })
    next()
  }
  const other = await startApplication(
    openid,
    {},
    {
      before: [before as never],
      handlers: {
        '/all': (req, res) => {
          sendJson(res, { user: req.authUser?.id ?? null, auth: req.auth.user?.id ?? null, client: typeof req.oauthClient.get })
        },
      },
    },
  )
  const browser = createBrowser()
  expect((await browser.json(`${other.url}/all`)).data).toEqual({ user: null, auth: null, client: 'function' })
  await browser.go(`${other.url}/auth/corp`)
  expect((await browser.json(`${other.url}/all`)).data).toEqual({ user: 'ada-id', auth: 'ada-id', client: 'function' })
  await other.close()
})
