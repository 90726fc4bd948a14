import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import session from 'express-session'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import type { AppParts } from '../support/hosts.js'

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
})
afterAll(async () => {
  await openid.close()
})

const kilobyte = 1024

interface SignedIn {
  app: Application
  browser: Browser
  events: object[]
  status: number
  page: string
}

const client = { clientId: 'large-app', clientSecret: 'the secret of the large application' }

/** A login whose provider tells `raw` bytes of a person, and whose application adds `own` bytes. */
async function signIn(sizes: { raw?: number; own?: number }, before: AppParts['before'] = []): Promise<SignedIn> {
  const events: object[] = []
  const log = (event: object): void => {
    events.push(event)
  }
  const app = await startApplication(
    openid,
    {
      logger: { debug: log, info: log, warn: log, error: log },
      hooks: { onLogin: () => ({ user: { own: 'y'.repeat(sizes.own ?? 0) } }) },
    },
    { before },
  )
  openid.registerClient({ ...client, redirectUris: [`${app.url}/auth/large/callback`] })
  app.router.register('large', {
    ...client,
    protocol: 'oidc',
    issuer: openid.issuer,
    hooks: { userinfo: (raw) => ({ ...raw, padding: 'x'.repeat(sizes.raw ?? 0) }) },
  })
  const browser = createBrowser()
  const { status, body } = await browser.go(`${app.url}/auth/large`)
  return { app, browser, events, status, page: body }
}

const expressSession = (): AppParts['before'] => [session({ secret: testSecret, resave: false, saveUninitialized: false }) as never]

describe('A profile too large for where the session is kept', () => {
  test.each([
    ['cookies', 7 * kilobyte, []],
    ['a session in a store', 47 * kilobyte, expressSession()],
  ])('is left out, said in the log, and nobody is signed out for it: %s', async (_home, raw, before) => {
    const { app, browser, events } = await signIn({ raw }, before)
    try {
      expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ name: 'Ada Example', raw: {} })
      expect(events).toContainEqual(expect.objectContaining({ event: 'session_trimmed' }))
    } finally {
      await app.close()
    }
  })

  test.each([
    ['cookies', 2 * kilobyte, []],
    ['a session in a store', 40 * kilobyte, expressSession()],
  ])('stays where there is room: %s', async (_home, raw, before) => {
    const { app, browser, events } = await signIn({ raw }, before)
    try {
      expect((await browser.json<{ raw: { padding: string } }>(`${app.url}/me`)).data.raw.padding).toHaveLength(raw)
      expect(events).not.toContainEqual(expect.objectContaining({ event: 'session_trimmed' }))
    } finally {
      await app.close()
    }
  })
})

describe('A sign-in that is too large without the profile', () => {
  test.each([
    ['cookies', 9 * kilobyte, []],
    ['a session in a store', 50 * kilobyte, expressSession()],
  ])('is refused and says what helps: %s', async (_home, own, before) => {
    const { app, browser, status, page } = await signIn({ own }, before)
    try {
      expect(status).toBe(413)
      expect(page).toContain('too_large')
      expect((await browser.json(`${app.url}/me`)).data).toBeNull()
    } finally {
      await app.close()
    }
  })
})
