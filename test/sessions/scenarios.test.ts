import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import express from 'express'
import { createBrowser, type Browser } from '../support/browser.js'
import type { AppParts } from '../support/hosts.js'
import { testSecret } from '../support/application.js'
import { describeModes, type StartedMode } from '../support/sessionModes.js'
import { startLightApplication, type LightApplication, type LightParts } from './lightApplication.js'

/** What every kind of session has to do, one list for all of them. */
describeModes(({ start, hasServerState, idCookie, carriesData }) => {
  let mode: StartedMode

  beforeAll(async () => {
    mode = await start()
  })
  beforeEach(async () => {
    await mode.clear()
  })
  afterAll(async () => {
    await mode.close()
  })

  async function using(run: (app: LightApplication, browser: Browser) => Promise<void>, parts: LightParts = {}): Promise<void> {
    const app = await startLightApplication(mode, parts)
    try {
      await run(app, createBrowser())
    } finally {
      mode.slowWrites(0)
      await app.close()
    }
  }

  const dataOf = async (app: LightApplication, browser: Browser): Promise<unknown> => (await browser.json(`${app.url}/session`)).data ?? {}
  const callApi = async (app: LightApplication, browser: Browser): Promise<unknown> => (await browser.json(`${app.url}/api`)).data
  const idOf = (app: LightApplication, browser: Browser): string | undefined =>
    idCookie === undefined ? undefined : browser.cookies(app.host).get(idCookie)

  test('a person signs in, is known to the next request, and their API answers', () =>
    using(async (app, browser) => {
      expect(await app.me(browser)).toBeUndefined()
      expect(await app.signIn(browser)).toMatchObject({ status: 303 })
      expect(await app.me(browser)).toBe('ada')
      expect(await callApi(app, browser)).toEqual({ status: 200, data: { of: 'ada' } })
    }))

  test('tokens that the API refuses are refreshed once, and the new ones stay', () =>
    using(async (app, browser) => {
      await app.signIn(browser)
      for (let round = 1; round <= 3; round++) {
        app.provider.expire()
        expect(await callApi(app, browser)).toMatchObject({ status: 200 })
        expect(await callApi(app, browser)).toMatchObject({ status: 200 })
        expect(app.provider.counts).toMatchObject({ refreshes: round, reuses: 0 })
      }
    }))

  test('refreshed tokens outlive a restart', () =>
    using(async (app, browser) => {
      await app.signIn(browser)
      app.provider.expire()
      await callApi(app, browser)
      await app.restart()
      expect(await callApi(app, browser)).toMatchObject({ status: 200 })
      expect(app.provider.counts).toMatchObject({ refreshes: 1, reuses: 0 })
    }))

  if (carriesData) {
    test('what an anonymous visitor has put into the session is still there after the login', () =>
      using(async (app, browser) => {
        await browser.go(`${app.url}/cart`)
        await app.signIn(browser)
        expect(await dataOf(app, browser)).toMatchObject({ cart: ['book'], theme: 'dark' })
        expect(await dataOf(app, browser)).not.toHaveProperty('csrfSecret')
      }))

    test('dropOnLogin names what is not', () =>
      using(
        async (app, browser) => {
          await browser.go(`${app.url}/cart`)
          await app.signIn(browser)
          expect(await dataOf(app, browser)).toMatchObject({ theme: 'dark' })
          expect(await dataOf(app, browser)).not.toHaveProperty('cart')
        },
        { options: { keep: { dropOnLogin: ['cart'] } } },
      ))

    test('another user takes over nothing, or what keepAcrossUsers names', async () => {
      await using(async (app, browser) => {
        await app.signIn(browser)
        await browser.go(`${app.url}/cart`)
        await app.signIn(browser, '?login_hint=bob')
        expect(await app.me(browser)).toBe('bob')
        expect(Object.keys((await dataOf(app, browser)) as object).filter((name) => /cart|theme|csrf/.test(name))).toEqual([])
      })
      await using(
        async (app, browser) => {
          await app.signIn(browser)
          await browser.go(`${app.url}/cart`)
          await app.signIn(browser, '?login_hint=bob')
          expect(Object.keys((await dataOf(app, browser)) as object).filter((name) => /cart|theme|csrf/.test(name))).toEqual(['theme'])
        },
        { options: { keep: { keepAcrossUsers: ['theme'] } } },
      )
    })

    test('the same user keeps everything', () =>
      using(async (app, browser) => {
        await app.signIn(browser)
        await browser.go(`${app.url}/cart`)
        await app.signIn(browser)
        expect(await dataOf(app, browser)).toMatchObject({ cart: ['book'], theme: 'dark', csrfSecret: 'old' })
      }))

    test('a sign-out leaves nothing of the data, or what keepOnLogout names', async () => {
      await using(async (app, browser) => {
        await app.signIn(browser)
        await browser.go(`${app.url}/cart`)
        await app.signOut(browser)
        expect(Object.keys((await dataOf(app, browser)) as object).filter((name) => name !== 'cookie')).toEqual([])
      })
      await using(
        async (app, browser) => {
          await app.signIn(browser)
          await browser.go(`${app.url}/cart`)
          await app.signOut(browser)
          expect(await app.me(browser)).toBeUndefined()
          expect(Object.keys((await dataOf(app, browser)) as object).filter((name) => name !== 'cookie')).toEqual(['theme'])
        },
        { options: { keep: { keepOnLogout: ['theme'] } } },
      )
    })
  }

  test("after another user's login, tokens and accounts are that user's alone", () =>
    using(async (app, browser) => {
      await app.signIn(browser)
      await app.signIn(browser, '?login_hint=bob')
      expect(await callApi(app, browser)).toEqual({ status: 200, data: { of: 'bob' } })
      const { data } = await browser.json<{ accounts: unknown[] }>(`${app.url}/auth/session`)
      expect(data.accounts).toHaveLength(1)
    }))

  test('a sign-out leaves nothing in the store but the mark that it happened, and nobody signed in', () =>
    using(async (app, browser) => {
      await app.signIn(browser)
      if (hasServerState) expect(await mode.keys()).toBeGreaterThan(0)
      expect(await app.signOut(browser)).toMatchObject({ status: 303 })
      expect(await app.me(browser)).toBeUndefined()
      // What nobody waits for is done when the router is closed.
      await app.router().close()
      const marks = new Set((await mode.raw()).match(/authrouter-ended-[\w-]+/g))
      if (idCookie !== undefined) expect((await mode.keys()) - marks.size).toBe(0)
      expect(await mode.raw()).not.toMatch(/"authrouter"|:tokens:/)
    }))

  if (hasServerState) {
    test('an old cookie is worth nothing after the sign-out, not even to a process that knows nothing of it', () =>
      using(async (app, browser) => {
        await app.signIn(browser)
        const copy = app.copyOf(browser)
        expect(await app.me(copy)).toBe('ada')
        await app.signOut(browser)
        expect(await app.me(copy)).toBeUndefined()
        await app.restart()
        expect(await app.me(copy)).toBeUndefined()
      }))
  } else {
    test('an old cookie is worth nothing after the sign-out in the process that saw it', () =>
      using(async (app, browser) => {
        await app.signIn(browser)
        const copy = app.copyOf(browser)
        await app.signOut(browser)
        expect(await app.me(copy)).toBeUndefined()
      }))
  }

  if (idCookie !== undefined) {
    test('the session id changes at the login, at the next login and at the sign-out; who planted the old one has nothing', () =>
      using(async (app, browser) => {
        if (carriesData) await browser.go(`${app.url}/cart`)
        const planted = app.copyOf(browser)
        const ids = [idOf(app, browser)]
        await app.signIn(browser)
        ids.push(idOf(app, browser))
        const afterFirst = app.copyOf(browser)
        await app.signIn(browser, '?login_hint=bob')
        ids.push(idOf(app, browser))
        await app.signOut(browser)
        if (carriesData) await browser.go(`${app.url}/cart`)
        if (carriesData) ids.push(idOf(app, browser))
        expect(new Set(ids).size).toBe(ids.length)
        expect(await app.me(planted)).toBeUndefined()
        expect(await app.me(afterFirst)).toBeUndefined()
      }))
  }

  test('ten tabs that started together all end signed in, in any order', () =>
    using(async (app, browser) => {
      const callbacks: string[] = []
      for (let tab = 0; tab < 10; tab++) callbacks.push(await app.start(browser))
      for (const index of [7, 2, 9, 0, 5, 1, 8, 3, 6, 4]) {
        expect(await browser.go(callbacks[index] ?? '', { follow: false })).toMatchObject({ status: 303 })
        expect(await app.me(browser)).toBe('ada')
      }
      expect(app.provider.counts).toMatchObject({ codes: 10, reuses: 0 })
    }))

  test('ten logins may be under way, the eleventh takes the place of the oldest', () =>
    using(async (app, browser) => {
      const callbacks: string[] = []
      for (let tab = 0; tab < 11; tab++) callbacks.push(await app.start(browser))
      const [oldest = '', ...others] = callbacks
      const refused = await browser.go(oldest, { follow: false })
      expect(refused.status).toBe(400)
      expect(refused.body).toMatch(/state_(?:unknown|mismatch)/)
      for (const callback of others) expect(await browser.go(callback, { follow: false })).toMatchObject({ status: 303 })
      expect(await app.me(browser)).toBe('ada')
    }))

  test('a callback that comes twice at once costs one token call and signs in once', () =>
    using(async (app, browser) => {
      const callback = await app.start(browser)
      const planted = app.copyOf(browser)
      const release = app.provider.hold()
      const first = browser.go(callback, { follow: false })
      await app.provider.held()
      const arrived = app.nextRequest()
      const second = browser.go(callback, { follow: false })
      await arrived
      release()
      expect(await Promise.all([first, second])).toMatchObject([{ status: 303 }, { status: 303 }])
      expect(await app.me(browser)).toBe('ada')
      expect(app.provider.counts).toMatchObject({ calls: 1, codes: 1, reuses: 0 })
      // Who knew the cookies from before the login has no part in it.
      expect(await app.me(planted)).toBeUndefined()
    }))

  test('a callback that is opened again goes on to where it led before', () =>
    using(async (app, browser) => {
      const callback = await app.start(browser, '?returnTo=/me')
      await browser.go(callback, { follow: false })
      for (let again = 0; again < 3; again++) {
        const page = await browser.go(callback, { follow: false })
        expect({ status: page.status, location: page.headers.get('location') }).toEqual({ status: 303, location: '/me' })
      }
      expect(app.provider.counts).toMatchObject({ calls: 1, reuses: 0 })
    }))

  test('a callback in a browser that started nothing signs nobody in', () =>
    using(async (app, browser) => {
      const callback = await app.start(createBrowser())
      const page = await browser.go(callback, { follow: false })
      expect(page.status).toBe(400)
      expect(page.body).toContain('state_unknown')
      expect(await app.me(browser)).toBeUndefined()
      expect(app.provider.counts.calls).toBe(0)
    }))

  test('the browser is sent on only when the store has written: 20 of 20 are signed in', () =>
    using(async (app) => {
      const browsers = Array.from({ length: 20 }, () => createBrowser())
      mode.slowWrites(500)
      const known = await Promise.all(
        browsers.map(async (browser) => {
          await app.signIn(browser)
          return app.me(browser)
        }),
      )
      expect(known).toEqual(browsers.map(() => 'ada'))
    }))

  test('a login that is started while another one ends disturbs neither', () =>
    using(async (app, browser) => {
      for (let round = 0; round < 5; round++) {
        const ending = await app.start(browser)
        const release = app.provider.hold()
        const ended = browser.go(ending, { follow: false })
        await app.provider.held()
        const other = await app.start(browser)
        release()
        expect(await ended).toMatchObject({ status: 303 })
        expect(await app.me(browser)).toBe('ada')
        expect(await browser.go(other, { follow: false })).toMatchObject({ status: 303 })
        expect(await app.me(browser)).toBe('ada')
      }
    }))

  const note: NonNullable<AppParts['before']>[number] = (_req, res, next) => {
    ;(res as { setHeader: (name: string, value: string) => void }).setHeader('x-before', 'yes')
    next()
  }
  const parsers: Record<string, NonNullable<LightParts['around']>> = {
    'express.json': { before: [express.json() as never] },
    'express.urlencoded': { before: [express.urlencoded({ extended: true }) as never] },
    'express.raw': { before: [express.raw({ type: () => true }) as never] },
    'all of them, after the session': {
      after: [express.json() as never, express.urlencoded({ extended: false }) as never, express.raw() as never, note],
    },
    'other middlewares': { before: [note], after: [note, note] },
  }
  test.each(Object.entries(parsers))('behind %s people sign in and out', (kind, around) =>
    using(
      async (app, browser) => {
        expect(await app.signIn(browser)).toMatchObject({ status: 303 })
        expect(await app.me(browser)).toBe('ada')
        const out = await browser.go(`${app.url}/auth/logout`, {
          method: 'POST',
          form: { returnTo: '/bye' },
          headers: { 'sec-fetch-site': 'same-origin' },
          follow: false,
        })
        expect(out.status).toBe(303)
        if (kind !== 'express.raw') expect(out.headers.get('location')).toBe('/bye')
        expect(await app.me(browser)).toBeUndefined()
      },
      { around },
    ),
  )

  test('the router mounted twice is an error that says so', () =>
    using(async (first) => {
      await using(
        async (second, browser) => {
          const page = await browser.go(second.url)
          expect(page.status).toBe(500)
          expect(page.body).toMatch(/mounted twice|session middleware before authRouter/)
        },
        { around: { after: [first.router()] } },
      )
    }))

  test('a restart between the start and the end of a login does not disturb it', () =>
    using(async (app, browser) => {
      const callback = await app.start(browser)
      await app.restart()
      expect(await browser.go(callback, { follow: false })).toMatchObject({ status: 303 })
      expect(await app.me(browser)).toBe('ada')
      await app.restart()
      expect(await app.me(browser)).toBe('ada')
    }))

  test('a new secret in the midst of a login does not disturb it, and signs nobody out', () =>
    using(async (app, browser) => {
      const signedIn = createBrowser()
      await app.signIn(signedIn)
      const callback = await app.start(browser)
      const newer = 'the newer secret of the tests, long enough'
      const session = mode.options.session
      // Where express-session is mounted by the router its cookies are signed with the router's secrets.
      await app.restart({ secret: [newer, testSecret], ...(session ? { session } : {}) })
      expect(await browser.go(callback, { follow: false })).toMatchObject({ status: 303 })
      expect(await app.me(browser)).toBe('ada')
      expect(await app.me(signedIn)).toBe('ada')
      expect(await callApi(app, signedIn)).toMatchObject({ status: 200 })
      await app.restart({ secret: 'a third secret of the tests, that opens nothing' })
      expect(await app.me(browser)).toBeUndefined()
    }))

  test('no token, code or secret stands readable in the store, in cookies or in pages', () =>
    using(async (app, browser) => {
      const callback = await app.start(browser)
      const page = await browser.go(callback)
      app.provider.expire()
      await callApi(app, browser)
      const shown = await browser.go(`${app.url}/auth/session`)
      const dump = [await mode.raw(), ...browser.setCookies, page.body, shown.body].join('\n')
      const found = [
        dump,
        ...(dump.match(/[\w+/=-]{16,}/g) ?? []).flatMap((text) => [
          Buffer.from(text, 'base64').toString('latin1'),
          Buffer.from(text, 'base64url').toString('latin1'),
        ]),
      ].filter((text) => /canary|accessToken|refreshToken|codeVerifier/.test(text))
      expect(found).toEqual([])
    }))
})

test('copies of a callback put nothing under the id from before the login, in sessions that keep every change at once', async () => {
  const kept = new Map<string, Map<string, unknown>>()
  const app = await startLightApplication({
    before: () => [],
    options: {
      session: (req, res) => {
        let id = /(?:^|; )live=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? crypto.randomUUID()
        const bag = (): Map<string, unknown> => {
          const known = kept.get(id) ?? new Map<string, unknown>()
          kept.set(id, known)
          return known
        }
        return {
          get: (key) => bag().get(key),
          set: (key, value) => bag().set(key, value),
          delete: (key) => bag().delete(key),
          save: () => {
            res.setHeader('x-live', id)
          },
          regenerate: () => {
            kept.delete(id)
            id = crypto.randomUUID()
            res.appendHeader('set-cookie', `live=${id}; HttpOnly; Path=/`)
          },
        }
      },
    },
  })
  try {
    const browser = createBrowser()
    browser.cookies(app.host).set('live', 'planted')
    const planted = app.copyOf(browser)
    const callback = await app.start(browser)
    const release = app.provider.hold()
    const first = browser.go(callback, { follow: false })
    await app.provider.held()
    const arrived = app.nextRequest()
    const second = browser.go(callback, { follow: false })
    await arrived
    release()
    await Promise.all([first, second])
    expect(await app.me(browser)).toBe('ada')
    expect(await app.me(planted)).toBeUndefined()
  } finally {
    await app.close()
  }
})
