import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createBrowser, type Browser } from '../support/browser.js'
import { describeModes, type StartedMode } from '../support/sessionModes.js'
import { startLightApplication, type LightApplication } from './lightApplication.js'

/** Several tabs of one browser that sign in different people, or the same one again and again. */
describeModes(({ name, start }) => {
  let mode: StartedMode
  let app: LightApplication

  beforeAll(async () => {
    mode = await start()
  })
  beforeEach(async () => {
    await mode.clear()
    app = await startLightApplication(mode)
  })
  afterAll(async () => {
    await mode.close()
  })

  async function closing(run: (browser: Browser) => Promise<void>): Promise<void> {
    try {
      await run(createBrowser())
    } finally {
      await app.close()
    }
  }

  const session = async (browser: Browser): Promise<{ user: { id: string }; accounts: { key?: string }[] }> =>
    (await browser.json<{ user: { id: string }; accounts: { key?: string }[] }>(`${app.url}/auth/session`)).data

  test('of two tabs that end as two people the last one counts, and nothing of them is mixed', () =>
    closing(async (browser) => {
      for (let round = 0; round < 5; round++) {
        const first = await app.start(browser, '?login_hint=ada')
        const second = await app.start(browser, '?login_hint=grace')
        const order = round % 2 === 0 ? [first, second] : [second, first]
        for (const callback of order) expect((await browser.go(callback, { follow: false })).status).toBe(303)
        const last = round % 2 === 0 ? 'grace' : 'ada'
        expect(await app.me(browser)).toBe(last)
        const { user, accounts } = await session(browser)
        expect([user.id, accounts.length]).toEqual([last, 1])
        expect((await browser.json(`${app.url}/api`)).data).toEqual({ status: 200, data: { of: last } })
      }
    }))

  test('of two tabs that end at the same moment as two people one counts, whole', () =>
    closing(async (browser) => {
      for (let round = 0; round < 5; round++) {
        const callbacks = [await app.start(browser, '?login_hint=ada'), await app.start(browser, '?login_hint=grace')]
        const pages = await Promise.all(callbacks.map((callback) => browser.go(callback, { follow: false })))
        expect(pages.map(({ status }) => status)).toEqual([303, 303])
        const person = await app.me(browser)
        expect(['ada', 'grace']).toContain(person)
        expect((await browser.json(`${app.url}/api`)).data).toEqual({ status: 200, data: { of: person } })
      }
    }))

  test('a button pressed five times quickly: the last redirect signs in, and so does each of the others', () =>
    closing(async (browser) => {
      const callbacks: string[] = []
      // The first of them makes the session that the others write to at once: where it is the session that keeps them, one after the other.
      if (name.includes('under way')) for (let press = 0; press < 5; press++) callbacks.push(await app.start(browser))
      else callbacks.push(...(await Promise.all(Array.from({ length: 5 }, () => app.start(browser)))))
      for (const callback of callbacks.reverse()) {
        expect((await browser.go(callback, { follow: false })).status).toBe(303)
        expect(await app.me(browser)).toBe('ada')
      }
    }))
})
