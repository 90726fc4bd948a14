import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import session from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startEngines, type Engines } from '../support/engines.js'
import { sendJson } from '../support/hosts.js'

let openid: OpenidProvider
const open: { close: () => Promise<void> }[] = []

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  jest.restoreAllMocks()
  await Promise.all(open.splice(0).map((item) => item.close()))
})

const start = new Date('2026-03-01T12:00:00Z').getTime()

function at(seconds: number): void {
  jest.spyOn(Date, 'now').mockReturnValue(start + seconds * 1000)
}

async function application(options: Partial<AuthRouterOptions>): Promise<Application> {
  const app = await startApplication(
    openid,
    { revokeOnLogout: false, ...options },
    {
      handlers: {
        '/projects': async (req, res) => {
          sendJson(res, { status: (await req.oauthClient.get('projects')).status })
        },
      },
    },
  )
  open.push(app)
  return app
}

async function signedIn({ url }: { url: string }, query = ''): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${url}/auth/plain?returnTo=/me${query}`)
  return browser
}

async function isSignedIn({ url }: { url: string }, browser: Browser): Promise<boolean> {
  return (await browser.json<object | null>(`${url}/me`)).data !== null
}

const modes: Record<string, () => Partial<AuthRouterOptions>> = {
  'a sealed cookie': () => ({}),
  'express-session': () => ({ session: { store: new session.MemoryStore() } }),
}

describe.each(Object.entries(modes))('In %s', (_name, mode) => {
  test('a browser session ends 30 days after the login, however much it is used', async () => {
    at(0)
    const app = await application(mode())
    const browser = await signedIn(app)
    for (const day of [1, 10, 20, 29.9]) {
      at(day * 86_400)
      expect(await isSignedIn(app, browser)).toBe(true)
    }
    at(30 * 86_400)
    expect(await isSignedIn(app, browser)).toBe(false)
  })

  test('an idle session ends, a used one does not', async () => {
    at(0)
    const app = await application({ ...mode(), expiry: { idle: 600 } })
    const used = await signedIn(app)
    const idle = await signedIn(app)
    for (const seconds of [300, 599, 1100, 1690]) {
      at(seconds)
      expect(await isSignedIn(app, used)).toBe(true)
    }
    expect(await isSignedIn(app, idle)).toBe(false)
    at(1690 + 600)
    expect(await isSignedIn(app, used)).toBe(false)
  })

  test('a remembered login ends when it says, or that long after the last visit', async () => {
    at(0)
    const fixed = await application({ ...mode(), remember: 3600 })
    const rolling = await application({ ...mode(), remember: 3600, expiry: { rolling: true, absolute: 9000 } })
    const [one, other] = [await signedIn(fixed), await signedIn(rolling)]
    for (const seconds of [1800, 3599]) {
      at(seconds)
      expect(await isSignedIn(fixed, one)).toBe(true)
      expect(await isSignedIn(rolling, other)).toBe(true)
    }
    at(3600)
    expect(await isSignedIn(fixed, one)).toBe(false)
    for (const seconds of [3600, 7000, 8999]) {
      at(seconds)
      expect(await isSignedIn(rolling, other)).toBe(true)
    }
    at(9000)
    expect(await isSignedIn(rolling, other)).toBe(false)
  })

  test('"remember me" keeps the cookie of those who ask, and of nobody else', async () => {
    at(0)
    const app = await application({ ...mode(), remember: { ifAsked: 7200 } })
    const asked = await signedIn(app, '&remember=1')
    const notAsked = await signedIn(app)
    const line = (browser: Browser): string => browser.setCookies.filter((cookie) => /^ar\.(?:session|sid)=[^;]/.test(cookie)).at(-1) ?? ''
    expect(line(asked)).toMatch(/Max-Age=7200|Expires=Sun, 01 Mar 2026 14:00:00 GMT/)
    expect(line(notAsked)).toMatch(/^ar\.(?:session|sid)=/)
    expect(line(notAsked)).not.toMatch(/Max-Age|Expires/)
    at(7199)
    expect(await isSignedIn(app, asked)).toBe(true)
    at(7200)
    expect(await isSignedIn(app, asked)).toBe(false)
    expect(await isSignedIn(app, notAsked)).toBe(true)
  })

  test('a login that comes back too late goes on in a browser that is signed in', async () => {
    at(0)
    const app = await application(mode())
    const browser = createBrowser()
    const late = await browser.go(`${app.url}/auth/plain?returnTo=/projects`, { follow: (location) => !location.includes('/callback?') })
    at(60)
    await browser.go(`${app.url}/auth/plain`)
    at(601)
    const page = await browser.go(late.headers.get('location') ?? '', { follow: false })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/projects'])
    expect(await isSignedIn(app, browser)).toBe(true)
  })

  test('and in one that is not offers one way to start again, to the same place', async () => {
    at(0)
    const app = await application(mode())
    const browser = createBrowser()
    const late = await browser.go(`${app.url}/auth/plain?returnTo=/projects`, { follow: (location) => !location.includes('/callback?') })
    at(601)
    const page = await browser.go(late.headers.get('location') ?? '', { follow: false })
    expect(page.status).toBe(400)
    expect(page.body).toContain('state_expired')
    expect(page.body).toContain('href="/auth/plain?returnTo=%2Fprojects"')
    expect(await isSignedIn(app, browser)).toBe(false)
  })
})

describe('Signing out everywhere', () => {
  async function engines(): Promise<Engines> {
    const started = await startEngines(
      openid,
      { tokenStore: memoryTokenStore() },
      {
        count: 3,
        handlers: {
          '/out': async (req, res) => {
            await req.auth.logout({ everywhere: true })
            sendJson(res, {})
          },
        },
      },
    )
    open.push(started)
    return started
  }

  test("ends every session of the person in every process, and nobody else's", async () => {
    const app = await engines()
    const browsers = await Promise.all(Array.from({ length: 6 }, () => signedIn(app)))
    for (const browser of browsers) expect(await isSignedIn(app, browser)).toBe(true)
    expect(await app.routers[1]?.logoutEverywhere('plain$grace-id')).toBe(0)
    expect(await isSignedIn(app, browsers[0] ?? createBrowser())).toBe(true)
    expect(await app.routers[1]?.logoutEverywhere('plain$ada-id')).toBe(6)
    for (const browser of browsers) expect(await isSignedIn(app, browser)).toBe(false)
    const again = await signedIn(app)
    expect(await isSignedIn(app, again)).toBe(true)
  })

  test('works from a handler and from the route, and counts what has been signed out before', async () => {
    const app = await engines()
    const [one, two, three] = [await signedIn(app), await signedIn(app), await signedIn(app)]
    await one.json(`${app.url}/auth/logout`, { method: 'POST', headers: { origin: app.url } })
    expect(await isSignedIn(app, two)).toBe(true)
    await two.json(`${app.url}/auth/logout`, { method: 'POST', form: { everywhere: '1' }, headers: { origin: app.url } })
    expect(await isSignedIn(app, three)).toBe(false)
    const [four, five] = [await signedIn(app), await signedIn(app)]
    await four.json(`${app.url}/out`)
    expect(await isSignedIn(app, five)).toBe(false)
  })

  test('needs a token store, and says so', async () => {
    const app = await application({})
    await expect(app.router.logoutEverywhere('plain$ada-id')).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('needs the option tokenStore'),
    })
  })
})

describe('Beside a session of express-session', () => {
  test('refreshed tokens have a record of their own, so that they and what the application writes meanwhile both stay', async () => {
    at(0)
    const store = new session.MemoryStore()
    const waiting: (() => void)[] = []
    const app = await startApplication(
      openid,
      { session: { store } },
      {
        handlers: {
          '/projects': async (req, res) => {
            sendJson(res, { status: (await req.oauthClient.get('projects')).status })
          },
          '/slow': async (req, res) => {
            await new Promise<void>((resolve) => {
              waiting.push(resolve)
            })
            if (req.session) req.session['cart'] = 'three apples'
            sendJson(res, {})
          },
          '/cart': (req, res) => {
            sendJson(res, { cart: req.session?.['cart'] })
          },
        },
      },
    )
    open.push(app)
    const browser = await signedIn(app)
    at(3601)
    const before = openid.requests.filter(({ path, status }) => path.endsWith('/token') && status === 200).length
    const slow = browser.json(`${app.url}/slow`)
    while (waiting.length === 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    expect((await browser.json(`${app.url}/projects`)).data).toEqual({ status: 200 })
    waiting[0]?.()
    await slow
    expect((await browser.json(`${app.url}/cart`)).data).toEqual({ cart: 'three apples' })
    expect((await browser.json(`${app.url}/projects`)).data).toEqual({ status: 200 })
    expect(openid.requests.filter(({ path, status }) => path.endsWith('/token') && status === 200)).toHaveLength(before + 1)
    const sessions = await new Promise<Record<string, string>>((resolve) => {
      store.all((_error, all) => {
        resolve(all as unknown as Record<string, string>)
      })
    })
    expect(Object.keys(sessions).filter((id) => id.startsWith('authrouter-tokens-'))).toHaveLength(1)
    await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { origin: app.url } })
    await app.router.close()
    const left = await new Promise<Record<string, string>>((resolve) => {
      store.all((_error, all) => {
        resolve(all as unknown as Record<string, string>)
      })
    })
    expect(Object.keys(left).filter((id) => !id.startsWith('authrouter-ended-'))).toEqual([])
  })

  test('another process finds them there', async () => {
    at(0)
    const store = new session.MemoryStore()
    const app = await startEngines(
      openid,
      { session: { store } },
      {
        handlers: {
          '/projects': async (req, res) => {
            sendJson(res, { status: (await req.oauthClient.get('projects')).status })
          },
        },
      },
    )
    open.push(app)
    const browser = await signedIn(app)
    at(3601)
    const before = openid.requests.filter(({ path, status }) => path.endsWith('/token') && status === 200).length
    for (const index of [0, 1, 0, 1]) {
      app.answerWith(index)
      expect((await browser.json(`${app.url}/projects`)).data).toEqual({ status: 200 })
    }
    expect(openid.requests.filter(({ path, status }) => path.endsWith('/token') && status === 200)).toHaveLength(before + 1)
  })
})
