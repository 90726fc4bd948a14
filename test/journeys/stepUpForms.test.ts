import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, sendJson, type AppHandler } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'

/** Guards that ask for a fresh or strong sign-in, in front of pages, forms and scripts. */

let provider: StepUpProvider
let browser: Browser
let url: string
let close: () => Promise<void>

const done: AppHandler = (req, res) => {
  sendJson(res, { method: req.method, acr: req.authUser?.acr, scope: req.oauthClient.credentials.scope })
}

async function start(options: Partial<AuthRouterOptions> = {}, entry: Record<string, unknown> = {}): Promise<void> {
  provider = await startStepUpProvider()
  const site = await startSite(
    (url) => ({
      providers: { corp: { ...provider.entry(`${url}/auth/corp/callback`), ...entry } },
      ...options,
    }),
    (router) =>
      hosts['Express 5']({
        router,
        guarded: {
          '/fresh': [requireLogin({ maxAge: 300 }), done],
          '/now': [requireLogin({ maxAge: 0 }), done],
          '/gold': [requireLogin({ acr: 'gold' }), done],
          '/write': [requireLogin({ scope: ['write'] }), done],
          '/all': [requireLogin({ maxAge: 300, acr: 'gold', scope: ['write'] }), done],
        },
      }),
  )
  url = site.url
  close = async () => {
    await site.close()
    await provider.close()
  }
  browser = createBrowser()
  await browser.go(`${url}/auth/corp`)
}

/** Lets this much time pass for the application and the provider. */
function later(seconds: number): void {
  const moment = Date.now() + seconds * 1000
  jest.spyOn(Date, 'now').mockImplementation(() => moment)
}

function lastAsked(): Record<string, string> {
  return provider.asked.at(-1) ?? {}
}

beforeEach(() => start())
afterEach(async () => {
  jest.restoreAllMocks()
  await close()
})

describe('a page', () => {
  test('comes back to the very address, with what was asked for', async () => {
    const page = await browser.go(`${url}/gold?amount=7&to=ada`)
    expect(page).toMatchObject({ status: 200, url: `${url}/gold?amount=7&to=ada` })
    expect(JSON.parse(page.body)).toMatchObject({ method: 'GET', acr: 'gold' })
    expect(lastAsked()).toMatchObject({ acr_values: 'gold', scope: 'openid profile' })
  })

  test('is asked once for all that a guard wants', async () => {
    later(301)
    expect((await browser.go(`${url}/all`)).status).toBe(200)
    expect(provider.asked).toHaveLength(2)
    expect(lastAsked()).toMatchObject({ acr_values: 'gold', max_age: '300', prompt: 'login', scope: 'openid profile write' })
  })

  test("is not asked for less than the entry's own maxAge", async () => {
    await close()
    await start({}, { maxAge: 60 })
    later(301)
    expect((await browser.go(`${url}/fresh`)).status).toBe(200)
    expect(lastAsked()).toMatchObject({ max_age: '60', prompt: 'login' })
  })

  test('that wants a sign-in of this very moment gets one, and the next request another one', async () => {
    expect((await browser.go(`${url}/now`)).status).toBe(200)
    expect(provider.asked).toHaveLength(2)
    later(11)
    expect((await browser.go(`${url}/now`)).status).toBe(200)
    expect(provider.asked).toHaveLength(3)
  })

  test('of a provider that signs users in as weakly as before is refused, once asked', async () => {
    provider.acr = 'bronze'
    const page = await browser.go(`${url}/gold`)
    expect(page.status).toBe(403)
    expect(page.body).toContain('Your sign-in there was not as strong as this needs.')
    expect((await browser.go(`${url}/gold`)).status).toBe(403)
    expect(provider.asked).toHaveLength(2)
  })
})

describe('a form', () => {
  const form = { method: 'POST', form: { amount: '7' } }

  test('waits for the sign-in, and a page says that it was not sent and where it was', async () => {
    const page = await browser.go(`${url}/gold`, { ...form, headers: { referer: `${url}/transfer?to=ada` } })
    expect(page).toMatchObject({ status: 200, url: `${url}/auth/corp/confirmed?returnTo=%2Ftransfer%3Fto%3Dada` })
    expect(page.body).toContain('Your form was not sent.')
    expect(page.body).toContain('href="/transfer?to=ada"')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse((await browser.go(`${url}/gold`, form)).body)).toMatchObject({ method: 'POST', acr: 'gold' })
  })

  test.each([
    ['no page', undefined],
    ['a page of another site', 'https://evil.example/transfer'],
    ['a page of ours', '/auth/corp'],
    ['an address with two slashes', '//evil.example'],
  ])('from %s leads on to the default', async (_from, referer) => {
    const headers = referer === undefined ? {} : { referer: referer.startsWith('/') ? url + referer : referer }
    const page = await browser.go(`${url}/gold`, { ...form, headers })
    expect(page.url).toBe(`${url}/auth/corp/confirmed`)
    expect(page.body).toContain('href="/">Continue')
  })

  test('has waited for nothing where nobody is signed in', async () => {
    const page = await createBrowser().go(`${url}/auth/corp/confirmed?returnTo=/transfer`, { follow: false })
    expect(page.headers.get('location')).toBe('/transfer')
    const evil = await browser.go(`${url}/auth/corp/confirmed?returnTo=https://evil.example`)
    expect(evil.body).not.toContain('evil.example')
  })

  test.each(['cross-site', 'same-site'])('of another site (%s) goes nowhere by itself', async (site) => {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-dest': 'document' }
    const page = await browser.go(`${url}/gold`, { ...form, headers, follow: false })
    expect(page.status).toBe(403)
    expect(provider.asked).toHaveLength(1)
  })

  test('of somebody who is signed out says that it was not sent, and leads back to its page', async () => {
    const page = await createBrowser().go(`${url}/gold`, { ...form, headers: { referer: `${url}/transfer` } })
    expect(page.status).toBe(401)
    expect(page.body).toContain('Your form was not sent')
    expect(page.body).toContain('/auth?returnTo=%2Ftransfer')
  })
})

describe('a script', () => {
  const asScript = { referer: '', 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }

  async function locationFor(path: string): Promise<{ status: number; location: string }> {
    const { status, data } = await browser.json<{ location: string }>(url + path, { headers: { ...asScript, referer: `${url}/page?x=1` } })
    return { status, location: data.location }
  }

  test.each([
    ['/gold', 403, { acr_values: 'gold' }],
    ['/write', 403, { scope: 'openid profile write' }],
    ['/now', 401, { max_age: '0', prompt: 'login' }],
  ])('that is refused %s learns where to send the user, who comes back to its page', async (path, expected, asked) => {
    const { status, location } = await locationFor(path)
    expect(status).toBe(expected)
    expect((await browser.go(url + location)).url).toBe(`${url}/page?x=1`)
    expect(lastAsked()).toMatchObject(asked)
    const { status: now } = await browser.json(url + path, { headers: asScript })
    expect(now).toBe(200)
  })

  test('that nobody is signed in for learns where to sign in', async () => {
    browser = createBrowser()
    expect(await locationFor('/gold')).toEqual({ status: 401, location: '/auth?returnTo=%2Fpage%3Fx%3D1' })
  })

  test('is told of no further sign-in once one was in vain', async () => {
    provider.acr = 'bronze'
    await browser.go(url + (await locationFor('/gold')).location)
    expect(await locationFor('/gold')).toEqual({ status: 403, location: undefined })
  })

  test.each(['mallory', 'ada'])('cannot pass the address on: for another session, of %s, it steps up nothing', async (person) => {
    const { location } = await locationFor('/gold')
    const other = createBrowser()
    provider.person = person
    await other.go(`${url}/auth/corp`)
    const before = provider.asked.length
    expect((await other.go(url + location, { follow: false })).headers.get('location')).toBe('/page?x=1')
    expect(provider.asked).toHaveLength(before)
    // Somebody who is signed out signs in as ever.
    await createBrowser().go(url + location)
    expect(lastAsked()['acr_values']).toBeUndefined()
  })

  test('cannot change the address, which leads nowhere after an hour', async () => {
    const { location } = await locationFor('/gold')
    const damaged = location.replace(/step_up=.{20}/, (text) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)
    expect((await browser.go(url + damaged, { follow: false })).headers.get('location')).toBe('/page?x=1')
    later(3601)
    expect((await browser.go(url + location, { follow: false })).headers.get('location')).toBe('/page?x=1')
    expect(provider.asked).toHaveLength(1)
  })

  test('of another site that got the address only gets as far as the page that asks', async () => {
    const { location } = await locationFor('/gold')
    const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
    const page = await browser.go(url + location, { headers: crossSite })
    expect(page.body).toContain('Another site sent you here')
    expect((await browser.go(url + location, { headers: { ...crossSite, 'sec-fetch-dest': 'iframe' } })).status).toBe(403)
    expect(provider.asked).toHaveLength(1)
  })
})
