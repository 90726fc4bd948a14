import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import cookieSession from 'cookie-session'
import session, { MemoryStore } from 'express-session'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'

let openid: OpenidProvider

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
})
afterAll(async () => {
  await openid.close()
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** So long that the next visit is written down. */
function aWhilePasses(): void {
  const later = Date.now() + 200_000
  jest.spyOn(Date, 'now').mockImplementation(() => later)
}

interface Mode {
  options?: Partial<AuthRouterOptions>
  before?: AppParts['before']
}

const expressSession = (cookie: object = {}): Mode => ({
  before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore(), cookie }) as never],
})

const modes: Record<string, () => Mode> = {
  'the sealed cookie': () => ({}),
  'express-session': () => expressSession(),
  'express-session with a cookie that ends at a time': () => expressSession({ maxAge: 3600_000 }),
  'express-session by the option session': () => ({ options: { session: { store: new MemoryStore() } } }),
  'cookie-session': () => ({ before: [cookieSession({ secret: testSecret }) as never] }),
}

/** An application with a route that writes to the session and answers when it is let. */
async function start({ options, before }: Mode): Promise<{ app: Application; slow: { hasArrived: Promise<void>; release: () => void } }> {
  let arrived = (): void => undefined
  let release = (): void => undefined
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const app = await startApplication(
    openid,
    { expiry: { idle: 1000 }, ...options },
    {
      ...(before ? { before } : {}),
      handlers: {
        '/slow': async (req, res) => {
          const { session: own } = req as { session?: Record<string, unknown> }
          if (own) own['written'] = 'by the slow request'
          arrived()
          await released
          sendJson(res, req.authUser)
        },
      },
    },
  )
  return {
    app,
    slow: {
      hasArrived,
      release: () => {
        release()
      },
    },
  }
}

/** Who the browser is to another process, which has not seen any of it. */
async function elsewhere({ options, before }: Mode, { entries, host }: Application, browser: Browser): Promise<unknown> {
  const app = await startApplication(openid, { providers: entries, ...options }, before ? { before } : {})
  try {
    for (const [name, value] of browser.cookies(host)) browser.cookies(app.host).set(name, value)
    return (await browser.json(`${app.url}/me`)).data
  } finally {
    await app.close()
  }
}

describe.each(Object.entries(modes))('With %s, a request that began before', (_name, mode) => {
  test('a sign-out and ends after it does not bring the session back', async () => {
    const kind = mode()
    const { app, slow } = await start(kind)
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      aWhilePasses()
      const answer = browser.json(`${app.url}/slow`)
      await slow.hasArrived
      await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { origin: app.url } })
      slow.release()
      await answer
      expect((await browser.json(`${app.url}/me`)).data).toBeNull()
      expect(await elsewhere(kind, app, browser)).toBeNull()
    } finally {
      await app.close()
    }
  })

  test('another sign-in and ends after it brings nobody back', async () => {
    const kind = mode()
    const { app, slow } = await start(kind)
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      aWhilePasses()
      const answer = browser.json(`${app.url}/slow`)
      await slow.hasArrived
      await browser.go(`${app.url}/auth/plain`)
      slow.release()
      await answer
      expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ provider: 'plain' })
      expect(await elsewhere(kind, app, browser)).toMatchObject({ provider: 'plain' })
    } finally {
      await app.close()
    }
  })
})

test('A copy of a session that a login has replaced ends with it', async () => {
  const { app } = await start({})
  try {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    const copy = createBrowser()
    for (const [name, value] of browser.cookies(app.host)) copy.cookies(app.host).set(name, value)
    await browser.go(`${app.url}/auth/corp`)
    expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ provider: 'corp' })
    expect((await copy.json(`${app.url}/me`)).data).toBeNull()
  } finally {
    await app.close()
  }
})
