import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRequire } from 'node:module'
import type express from 'express'
import session, { MemoryStore } from 'express-session'
import { authRouter, requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { listen, sendJson, type AppParts } from '../support/hosts.js'

/** Found by a review, each once a fault. */

let openid: OpenidProvider
let second: OpenidProvider

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
})
afterAll(async () => {
  await Promise.all([openid.close(), second.close()])
})

async function withApplication(
  options: Partial<AuthRouterOptions>,
  parts: Partial<AppParts>,
  run: (app: Application) => Promise<void>,
): Promise<void> {
  const app = await startApplication(openid, options, parts)
  try {
    await run(app)
  } finally {
    jest.restoreAllMocks()
    await app.close()
  }
}

async function untilCallback(browser: Browser, app: Application, path = '/auth/corp?returnTo=/me'): Promise<string> {
  const page = await browser.go(app.url + path, { follow: (location) => !location.startsWith(app.url) })
  return page.headers.get('location') ?? ''
}

const me = async (browser: Browser, app: Application): Promise<unknown> => (await browser.json(`${app.url}/me`)).data
const sessionOptions = { secret: testSecret, resave: false, saveUninitialized: false }

test('A login whose record could not be stored signs nobody in, also when the store works again a moment later', async () => {
  const store = new MemoryStore()
  await withApplication({}, { before: [session({ ...sessionOptions, store }) as never] }, async (app) => {
    const browser = createBrowser()
    const callback = await untilCallback(browser, app)
    const set = store.set.bind(store)
    let failures = 0
    store.set = (id, data, done) => {
      if ('authrouter' in data && failures++ === 0) done?.(new Error('once'))
      else set(id, data, done)
    }
    expect((await browser.go(callback)).status).toBe(503)
    expect(failures).toBe(1)
    expect(await me(browser, app)).toBeNull()
  })
})

describe.each<[string, () => AppParts['before']]>([
  ['the sealed cookie', () => []],
  ['express-session', () => [session(sessionOptions) as never]],
])('A refresh under way at a sign-out, with %s', (_name, before) => {
  test('does not bring the session back', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let started = (): void => undefined
    const refreshing = new Promise<void>((resolve) => {
      started = resolve
    })
    const fetch = (async (url: string, init: RequestInit) => {
      if (String(init.body).includes('refresh_token')) {
        started()
        await gate
      }
      return globalThis.fetch(url, init)
    }) as typeof globalThis.fetch
    await withApplication(
      { http: { fetch } },
      {
        before: before() ?? [],
        handlers: {
          '/force': async (req, res) => {
            const outcome = await req.oauthClient.credentials.refresh({ force: true }).then(
              () => 'refreshed',
              (error: unknown) => (error as { code?: string }).code,
            )
            sendJson(res, outcome)
          },
        },
      },
      async (app) => {
        const browser = createBrowser()
        await browser.go(`${app.url}/auth/plain`)
        const stolen = new Map<string, string>(browser.cookies(app.host))
        const forced = browser.json(`${app.url}/force`)
        await refreshing
        await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
        open()
        expect((await forced).data).toBe('credentials_gone')
        expect(await me(browser, app)).toBeNull()
        const thief = createBrowser()
        for (const [name, value] of stolen) thief.cookies(app.host).set(name, value)
        expect(await me(thief, app)).toBeNull()
      },
    )
  })
})

test('The next person takes nothing over from a session that has run out', async () => {
  await withApplication(
    { remember: 60 },
    {
      before: [session(sessionOptions) as never],
      handlers: {
        '/note': (req, res) => {
          Object.assign(req.session ?? {}, { note: 'of Ada' })
          sendJson(res, true)
        },
        '/session': (req, res) => {
          sendJson(res, req.session)
        },
      },
    },
    async (app) => {
      app.router.register('other', {
        protocol: 'oidc',
        issuer: second.issuer,
        clientId: 'other',
        clientSecret: 'another secret of the tests',
      })
      second.registerClient({
        clientId: 'other',
        clientSecret: 'another secret of the tests',
        redirectUris: [`${app.url}/auth/other/callback`],
      })
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      await browser.go(`${app.url}/note`)
      const later = Date.now() + 61_000
      jest.spyOn(Date, 'now').mockImplementation(() => later)
      expect(await me(browser, app)).toBeNull()
      await browser.go(`${app.url}/auth/other`)
      expect(await me(browser, app)).toMatchObject({ provider: 'other' })
      expect((await browser.json(`${app.url}/session`)).data).not.toHaveProperty('note')
    },
  )
})

test("A logger, a listener or a hook that fails or hangs takes nobody's answer", async () => {
  const fail = (): never => {
    throw new Error('canary')
  }
  await withApplication(
    { logger: { debug: fail, info: fail, warn: fail, error: fail }, hooks: { onError: () => new Promise(() => undefined) } },
    {},
    async (app) => {
      app.router.on('error', (() => Promise.reject(new Error('canary'))) as never)
      expect((await createBrowser().go(`${app.url}/auth/nobody`)).status).toBe(404)
      expect((await createBrowser().go(`${app.url}/auth/corp?returnTo=/me`)).body).toContain('Ada Example')
    },
  )
})

test('A store that is disconnected, or never answers, is 503 and not another place to sign in', async () => {
  const store = new MemoryStore()
  await withApplication({ session: { store } }, {}, async (app) => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    store.emit('disconnect')
    expect((await browser.go(`${app.url}/auth/corp`)).status).toBe(503)
    store.emit('connect')
    store.get = () => undefined
    expect((await browser.go(`${app.url}/auth/session`)).status).toBe(503)
    expect((await browser.go(`${app.url}/me`)).body).toBe('null')
  })
})

test.each([{ rolling: true }, { resave: true }, { cookie: { maxAge: 60_000 } }])(
  'Ten copies of a callback end in one session of express-session with %j',
  async (options) => {
    const store = new MemoryStore()
    await withApplication({}, { before: [session({ ...sessionOptions, ...options, store }) as never] }, async (app) => {
      const browser = createBrowser()
      const callback = await untilCallback(browser, app)
      const pages = await Promise.all(Array.from({ length: 10 }, () => browser.go(callback, { follow: false })))
      expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 303))
      expect(await me(browser, app)).toMatchObject({ name: 'Ada Example' })
    })
  },
)

test('Long places to return to neither lock a browser out nor fill its session', async () => {
  await withApplication({}, {}, async (app) => {
    const browser = createBrowser()
    const long = `/me?${'x'.repeat(2_000)}`
    let callback = ''
    for (let tab = 0; tab < 12; tab++) callback = await untilCallback(browser, app, `/auth/corp?returnTo=${encodeURIComponent(long)}`)
    const sent = [...browser.cookies(app.host).values()].reduce((sum, value) => sum + value.length, 0)
    expect(sent).toBeLessThan(8_192)
    expect((await browser.go(callback)).url).toBe(app.url + long)
    for (let time = 0; time < 6; time++)
      expect((await browser.go(`${app.url}/auth/corp?returnTo=${encodeURIComponent(long)}`)).url).toBe(app.url + long)
  })
})

test('A form is read behind a body parser of Express 4 that passed it over', async () => {
  const express4 = createRequire(import.meta.url)('express4') as typeof express
  let app = express4()
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  app = express4()
    .use(express4.json())
    .use(authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: { corp: entriesAt(openid, url).corp } }))
  try {
    const page = await createBrowser().go(`${url}/auth/logout`, {
      method: 'POST',
      form: { returnTo: '/x' },
      follow: false,
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(page.headers.get('location')).toBe('/x')
  } finally {
    await close()
  }
})

test('A guard starts no login for another site, nor for a HEAD request', async () => {
  await withApplication(
    {},
    {
      guarded: {
        '/more': [
          requireLogin({ scope: ['offline_access'] }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
      },
    },
    async (app) => {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      const later = Date.now() + 120_000
      jest.spyOn(Date, 'now').mockImplementation(() => later)
      const crossSite = await browser.go(`${app.url}/more`, {
        follow: false,
        headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' },
      })
      expect(crossSite.headers.get('location')).toMatch(/^\/auth\/corp\?step_up=[\w-]+&returnTo=%2Fmore$/)
      expect((await browser.go(`${app.url}/more`, { method: 'HEAD', follow: false })).status).toBe(403)
      expect((await browser.go(`${app.url}/more`, { follow: false })).headers.get('location')).toContain(openid.authorizationEndpoint)
    },
  )
})

test('Odd cookie names are no failure', async () => {
  await withApplication({}, {}, async (app) => {
    const cookie = Array.from(
      { length: 12 },
      (_none, index) => `ar.tx.${Buffer.from([0xe9]).toString('latin1')}${String(index)}=x; ar.tx.a b${String(index)}=y`,
    ).join('; ')
    expect((await createBrowser().go(`${app.url}/auth/corp`, { follow: false, headers: { cookie } })).status).toBe(302)
    expect((await createBrowser().go(`${app.url}/auth/corp?returnTo=/me`)).body).toContain('Ada Example')
  })
})
