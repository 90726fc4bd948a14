import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import cookieSession from 'cookie-session'
import session, { MemoryStore } from 'express-session'
import type { AuthRouterOptions, SessionBag } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'

let openid: OpenidProvider
let second: OpenidProvider

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
})
afterAll(async () => {
  await Promise.all([openid.close(), second.close()])
})

interface Mode {
  options?: Partial<AuthRouterOptions>
  before?: AppParts['before']
  store?: MemoryStore
  carriesData: boolean
}

const sessionOptions = { secret: testSecret, resave: false, saveUninitialized: false }

function handWritten(): NonNullable<AuthRouterOptions['session']> {
  const bags = new Map<string, Map<string, unknown>>()
  return (req, res): SessionBag => {
    let id = /(?:^|; )hand=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? crypto.randomUUID()
    const bag = (): Map<string, unknown> => {
      let known = bags.get(id)
      if (!known) bags.set(id, (known = new Map<string, unknown>()))
      return known
    }
    return {
      get: (key) => Promise.resolve(bag().get(key)),
      set: (key, value) => {
        bag().set(key, value)
      },
      delete: (key) => {
        bag().delete(key)
      },
      save: () => {
        res.appendHeader('set-cookie', `hand=${id}; HttpOnly; Path=/`)
      },
      regenerate: () => {
        bags.delete(id)
        id = crypto.randomUUID()
      },
    }
  }
}

const modes: Record<string, () => Mode> = {
  'the sealed cookie': () => ({ carriesData: false }),
  'express-session mounted before': () => {
    const store = new MemoryStore()
    return { before: [session({ ...sessionOptions, store }) as never], store, carriesData: true }
  },
  'express-session mounted by the option session': () => {
    const store = new MemoryStore()
    return { options: { session: { store } }, store, carriesData: true }
  },
  'express-session, logins under way in it as well': () => {
    const store = new MemoryStore()
    return { before: [session({ ...sessionOptions, store }) as never], options: { transactions: 'session' }, store, carriesData: true }
  },
  'cookie-session': () => ({ before: [cookieSession({ secret: testSecret }) as never], carriesData: true }),
  'a hand-written session': () => ({ options: { session: handWritten() }, carriesData: false }),
}

describe.each(Object.entries(modes))('with %s', (_name, mode) => {
  async function start(): Promise<{
    app: Awaited<ReturnType<typeof startApplication>>
    store: MemoryStore | undefined
    carriesData: boolean
  }> {
    const { options = {}, before, store, carriesData } = mode()
    const app = await startApplication(openid, options, {
      ...(before ? { before } : {}),
      handlers: {
        '/cart': (req, res) => {
          if (req.session) Object.assign(req.session, { cart: ['book'], csrfSecret: 'old', flash: 'hello' })
          sendJson(res, true)
        },
        '/session': (req, res) => {
          sendJson(res, req.session)
        },
      },
    })
    app.router.register('other', {
      protocol: 'oidc',
      issuer: second.issuer,
      clientId: 'other-app',
      clientSecret: 'another secret of the tests',
    })
    second.registerClient({
      clientId: 'other-app',
      clientSecret: 'another secret of the tests',
      redirectUris: [`${app.url}/auth/other/callback`],
    })
    return { app, store, carriesData }
  }

  const shown = async (browser: ReturnType<typeof createBrowser>, url: string): Promise<Record<string, unknown> | null> =>
    (await browser.json<Record<string, unknown> | null>(`${url}/session`)).data

  test("a login survives requests, keeps the application's data, and gets a new session id", async () => {
    const { app, store, carriesData } = await start()
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/cart`)
      const before = new Map<string, string>(browser.cookies(app.host))
      await browser.go(`${app.url}/auth/corp`)
      expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ provider: 'corp', name: 'Ada Example' })
      if (carriesData) {
        const data = await shown(browser, app.url)
        expect(data).toMatchObject({ cart: ['book'] })
        expect(data).not.toHaveProperty('csrfSecret')
        expect(data).not.toHaveProperty('flash')
      }
      if (store) {
        for (const [name, value] of before) if (name.includes('sid')) expect(browser.cookies(app.host).get(name)).not.toBe(value)
        // The old record is gone: whoever planted its id has nothing.
        const ids = await new Promise<string[]>((resolve) => {
          store.all((_error, all) => {
            resolve(Object.keys(all ?? {}))
          })
        })
        expect(ids).toHaveLength(1)
      }
    } finally {
      await app.close()
    }
  })

  test('another user takes nothing over, and the same one everything', async () => {
    const { app, carriesData } = await start()
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      await browser.go(`${app.url}/cart`)
      await browser.go(`${app.url}/auth/corp`)
      if (carriesData) expect(await shown(browser, app.url)).toMatchObject({ cart: ['book'], flash: 'hello' })
      await browser.go(`${app.url}/auth/other`)
      expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ provider: 'other', name: people[1]?.name })
      if (carriesData) expect(await shown(browser, app.url)).not.toHaveProperty('cart')
      const { data } = await browser.json<{ accounts: unknown[] }>(`${app.url}/auth/session`)
      expect(data.accounts).toHaveLength(1)
    } finally {
      await app.close()
    }
  })

  test('signing out leaves nothing behind', async () => {
    const { app, carriesData } = await start()
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      await browser.go(`${app.url}/cart`)
      await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
      expect((await browser.json(`${app.url}/me`)).data).toBeNull()
      if (carriesData) expect(await shown(browser, app.url)).not.toHaveProperty('cart')
    } finally {
      await app.close()
    }
  })

  test('two tabs that started together both end signed in', async () => {
    const { app } = await start()
    try {
      const browser = createBrowser()
      const callbacks: string[] = []
      for (const slug of ['corp', 'plain']) {
        const page = await browser.go(`${app.url}/auth/${slug}?returnTo=/me`, { follow: (location) => !location.startsWith(app.url) })
        callbacks.push(page.headers.get('location') ?? '')
      }
      for (const callback of callbacks.reverse()) expect((await browser.go(callback)).url).toBe(`${app.url}/me`)
      expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ provider: 'corp' })
    } finally {
      await app.close()
    }
  })

  test('no token, code or secret stands readable in cookies or in the store', async () => {
    const { app, store } = await start()
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      const dump = [...browser.setCookies, JSON.stringify((store as unknown as { sessions?: unknown } | undefined)?.sessions ?? '')].join(
        '\n',
      )
      expect(dump).not.toMatch(/accessToken|refreshToken|idToken|codeVerifier|ada@example|canary/)
      for (const text of dump.match(/[\w+/=-]{40,}/g) ?? [])
        expect(Buffer.from(text, 'base64').toString('latin1')).not.toMatch(/accessToken|Ada Example/)
    } finally {
      await app.close()
    }
  })
})

describe('a session store that fails', () => {
  test('gives 503 and signs nobody in', async () => {
    const store = new MemoryStore()
    const app = await startApplication(openid, { session: { store } })
    try {
      const browser = createBrowser()
      const page = await browser.go(`${app.url}/auth/corp`, { follow: (location) => !location.startsWith(app.url) })
      store.set = (_id, _session, done) => {
        done?.(new Error('canary of the store'))
      }
      const failed = await browser.go(page.headers.get('location') ?? '')
      expect({ status: failed.status, retry: failed.headers.get('retry-after') }).toEqual({ status: 503, retry: '5' })
      expect(failed.body).toContain('store_unavailable')
      expect(failed.body).not.toContain('canary')
      expect((await browser.json(`${app.url}/me`)).data).toBeNull()
    } finally {
      await app.close()
    }
  })
})

describe('mistakes of mounting', () => {
  test('the router twice is an error that says so', async () => {
    const app = await startApplication(openid)
    const again = await startApplication(openid, {}, { before: [app.router] })
    try {
      const page = await createBrowser().go(again.url)
      expect(page.status).toBe(500)
      expect(page.body).toContain('mounted twice')
    } finally {
      await Promise.all([app.close(), again.close()])
    }
  })

  test('a session middleware beside the option session is an error that says so', async () => {
    const app = await startApplication(openid, { session: { store: new MemoryStore() } }, { before: [session(sessionOptions) as never] })
    try {
      expect((await createBrowser().go(app.url)).body).toContain('session middleware before authRouter')
    } finally {
      await app.close()
    }
  })
})

describe('secrets', () => {
  async function cookiesUnder(options: Partial<AuthRouterOptions>, cookies: Map<string, string>): Promise<unknown> {
    const app = await startApplication(openid, options)
    try {
      const browser = createBrowser()
      for (const [name, value] of cookies) browser.cookies(app.host).set(name, value)
      return (await browser.json(`${app.url}/me`)).data
    } finally {
      await app.close()
    }
  }

  test('may be rotated without signing anybody out, and dropped with', async () => {
    const app = await startApplication(openid)
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    await app.close()
    const cookies = browser.cookies(app.host)
    const newer = 'the newer secret of the tests, long enough'
    const { entries: providers } = app
    expect(await cookiesUnder({ providers, secret: [newer, testSecret] }, cookies)).toMatchObject({ name: 'Ada Example' })
    expect(await cookiesUnder({ providers, secret: newer }, cookies)).toBeNull()
    expect(await cookiesUnder({ providers, appId: 'another' }, cookies)).toBeNull()
  })
})

describe('cookies', () => {
  test('carry every protection, and the __Host- prefix where the application is reached by https', async () => {
    const app = await startApplication(openid, { baseUrl: 'https://app.example' })
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`, { follow: false })
      expect(browser.setCookies).toHaveLength(1)
      expect(browser.setCookies[0]).toMatch(/^__Host-ar\.tx\.[\w-]{12}=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    } finally {
      await app.close()
    }
  })

  test('stay small: each below 4,096 bytes, a hostile number of them is harmless', async () => {
    const app = await startApplication(openid)
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      for (const line of browser.setCookies) expect(line.length).toBeLessThan(4096)
      const noise = Array.from({ length: 150 }, (_none, index) => `n${String(index)}=%E0%A4%A;`).join(' ')
      const page = await browser.go(`${app.url}/me`, {
        headers: { cookie: `${noise} __proto__=x; ar.session=9.x; ar.tx.abc="quoted"; ar.session=1.y` },
      })
      expect(page).toMatchObject({ status: 200, body: 'null' })
    } finally {
      await app.close()
    }
  })
})
