import { describe, expect, test } from '@jest/globals'
import { startLightApplication, type LightApplication } from '../sessions/lightApplication.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { bytesOf } from '../support/measuredJar.js'

/** All cookies of ours together stay within what a server of Node takes with its default limits (rules R5 and R15). */

const inCookies = { before: () => [], options: {} }

/** What a browser sends beside cookies. */
const browserHeaders = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  accept:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'upgrade-insecure-requests': '1',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
}
const fromSibling = { ...browserHeaders, 'sec-fetch-site': 'same-site', referer: 'https://sibling.app.example/a/page/that/starts/sign-ins' }
const fromOtherSite = { ...browserHeaders, 'sec-fetch-site': 'cross-site' }

/** The fullest session that there is room for. */
async function withFullSession(
  options: Parameters<typeof startLightApplication>[1] = {},
): Promise<{ app: LightApplication; browser: Browser }> {
  for (let own = 4_400; own > 0; own -= 50) {
    const app = await startLightApplication(inCookies, {
      ...options,
      options: { ...options.options, hooks: { onLogin: () => ({ user: { own: 'y'.repeat(own) } }) } },
    })
    const browser = createBrowser()
    if ((await app.signIn(browser)).status === 303) return { app, browser }
    await app.close()
  }
  throw new Error('No session fits')
}

const sessionBytes = (cookies: Map<string, string>): number =>
  bytesOf(new Map([...cookies].filter(([name]) => name.startsWith('ar.session'))))

describe('A sibling sub-domain that starts logins with the largest parameters, in a browser with a full session,', () => {
  const path = (character: string, length: number): string => encodeURIComponent(`/${character.repeat(length)}`)
  test.each([
    ['places to return to', `returnTo=/${'x'.repeat(2_047)}`],
    ['places that get longer when they are parsed', `returnTo=${path('ü', 340)}`],
    ['places and hints', `returnTo=/${'x'.repeat(1_500)}&login_hint=${'x'.repeat(600)}`],
    ['places that are too long', `returnTo=/${'x'.repeat(2_048)}`],
  ])('by their %s, locks nobody out', async (_what, query) => {
    const { app, browser } = await withFullSession({ options: { crossSiteStart: 'allow' } })
    try {
      const cookies = browser.cookies(app.host)
      expect(sessionBytes(cookies)).toBeGreaterThan(6_500)
      expect(sessionBytes(cookies)).toBeLessThanOrEqual(7_000)
      for (let start = 0; start < 12; start++) {
        const page = await browser.go(`${app.url}/auth/light?${query}`, { headers: start % 2 ? fromSibling : fromOtherSite, follow: false })
        expect(page.status).toBe(302)
        expect(bytesOf(cookies) - sessionBytes(cookies)).toBeLessThanOrEqual(5_000)
        expect(bytesOf(cookies)).toBeLessThanOrEqual(12 * 1024)
        expect((await browser.go(`${app.url}/me?${'x'.repeat(2_000)}`, { headers: fromSibling })).status).toBe(200)
      }
      for (const line of browser.setCookies) expect(line.length).toBeLessThanOrEqual(4_096)
      // The last login can be finished, with a long code.
      const callback = await app.start(browser)
      expect((await browser.go(callback, { headers: browserHeaders, follow: false })).status).toBe(303)
      expect((await app.signOut(browser)).status).toBe(303)
    } finally {
      await app.close()
    }
  })

  test('by the button of the page that asks first, which sends eight kilobytes in a form, locks nobody out', async () => {
    const { app, browser } = await withFullSession()
    try {
      const returnTo = `/${'x'.repeat(2_047)}`
      for (let start = 0; start < 12; start++) {
        expect((await browser.go(`${app.url}/auth/light?returnTo=${returnTo}`, { headers: fromOtherSite })).body).toContain(
          'Another site sent you here',
        )
        const form = { returnTo, login_hint: 'x'.repeat(8_000) }
        expect(
          (
            await browser.go(`${app.url}/auth/light`, {
              method: 'POST',
              form,
              headers: { ...browserHeaders, 'sec-fetch-site': 'same-origin', origin: app.url },
              follow: false,
            })
          ).status,
        ).toBe(302)
        expect(bytesOf(browser.cookies(app.host))).toBeLessThanOrEqual(12_000)
        expect(await app.me(browser)).toBe('ada')
      }
    } finally {
      await app.close()
    }
  })
})

test('A session with long places behind it still has room for the profile', async () => {
  const app = await startLightApplication(inCookies, { options: { hooks: { onLogin: () => ({ user: { own: 'y'.repeat(3_500) } }) } } })
  try {
    const browser = createBrowser()
    for (let login = 0; login < 8; login++) expect((await app.signIn(browser, `?returnTo=/${'x'.repeat(250)}`)).status).toBe(303)
    expect((await browser.json<{ raw: object }>(`${app.url}/me`)).data.raw).toMatchObject({ id: 'ada' })
  } finally {
    await app.close()
  }
})

test('Six hundred forged cookies make a start at most three times as long, and ten of them leave with each', async () => {
  const app = await startLightApplication(inCookies)
  try {
    const cookie = Array.from({ length: 600 }, (_none, index) => `ar.tx.${String(index).padStart(12, '0')}=x`).join('; ')
    const times: Record<'ordinary' | 'flooded', number[]> = { ordinary: [], flooded: [] }
    const start = async (kind: keyof typeof times, headers: Record<string, string>): Promise<number> => {
      const started = performance.now()
      const { status, headers: answered } = await createBrowser().go(`${app.url}/auth/light`, { headers, follow: false })
      times[kind].push(performance.now() - started)
      expect(status).toBe(302)
      return answered.getSetCookie().length
    }
    // In turn, and the quick ones of many: what else this machine does meanwhile is no part of it.
    for (let round = 0; round < 200; round++) {
      expect(await start('ordinary', {})).toBe(1)
      expect(await start('flooded', { cookie })).toBe(11)
    }
    const quick = (kind: keyof typeof times): number => times[kind].sort((a, b) => a - b)[20] ?? NaN
    expect(quick('flooded') / quick('ordinary')).toBeLessThanOrEqual(3)
  } finally {
    await app.close()
  }
})
