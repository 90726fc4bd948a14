import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { authRouter, requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen, sendJson, type AppHandler } from '../support/hosts.js'
import { startScopeProvider, type ScopeProvider } from '../support/scopeProvider.js'

/** A guard that asks for one scope more, in front of a provider that forgets what it granted before. */

let provider: ScopeProvider
let browser: Browser
let url: string
let close: () => Promise<void>

const crossSite = { follow: false, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' } }

const done: AppHandler = (req, res) => {
  sendJson(res, req.oauthClient.credentials.scope)
}
const wants = (...scope: string[]): ReturnType<typeof requireLogin> => requireLogin({ scope })

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  provider = await startScopeProvider()
  const router = authRouter({ secret: testSecret, logger: false, providers: { plain: provider.entry }, ...options })
  const both: ReturnType<typeof requireLogin> = (req, res, next) => {
    wants('mail')(req, res, () => {
      wants('projects')(req, res, next)
    })
  }
  const app = await listen(
    hosts['Express 5']({
      router,
      guarded: {
        '/projects': [wants('projects'), done],
        '/mail': [wants('mail'), done],
        '/both': [both, done],
        '/together': [wants('mail', 'projects'), done],
      },
    }),
  )
  url = app.url
  close = async () => {
    await router.close()
    await app.close()
    await provider.close()
  }
  browser = createBrowser()
  await browser.go(`${url}/auth/plain`)
}

beforeEach(() => start())
afterEach(async () => {
  jest.restoreAllMocks()
  await close()
})

test('In the first minute after a login it asks the provider', async () => {
  expect(await browser.go(`${url}/projects`)).toMatchObject({ status: 200, url: `${url}/projects`, body: '"profile projects"' })
  expect(provider.asked).toEqual(['profile', 'profile projects'])
})

test('What was granted before is asked for again, so that nothing is lost', async () => {
  await browser.go(`${url}/projects`)
  expect((await browser.go(`${url}/mail`)).body).toBe('"profile projects mail"')
  expect((await browser.go(`${url}/projects`)).status).toBe(200)
  expect(provider.asked).toHaveLength(3)
})

test.each([
  ['smaller', () => 'profile', 403],
  ['empty', () => '', 403],
  ['larger', (asked: string[]) => [...asked, 'more'].join(' '), 200],
  ['not named, which means as asked for,', () => undefined, 200],
])('What is granted is what the answer says: %s', async (_how, grant, status) => {
  provider.grant = grant
  const page = await browser.go(`${url}/projects`)
  expect(page.status).toBe(status)
  expect(provider.asked).toHaveLength(2)
})

test('A provider that does not grant it is asked once, and once more a minute later', async () => {
  provider.grant = () => 'profile'
  expect((await browser.go(`${url}/projects`)).status).toBe(403)
  expect((await browser.go(`${url}/projects`)).status).toBe(403)
  expect(provider.asked).toHaveLength(2)
  expect((await browser.go(`${url}/mail`)).status).toBe(403)
  expect(provider.asked).toHaveLength(3)
  const later = Date.now() + 61_000
  jest.spyOn(Date, 'now').mockImplementation(() => later)
  expect((await browser.go(`${url}/projects`)).status).toBe(403)
  expect(provider.asked).toHaveLength(4)
})

test('Two guards, each of which loses what the other one got, turn in no circle', async () => {
  provider.grant = (asked) => asked.filter((scope) => scope === asked.at(-1)).join(' ')
  expect((await browser.go(`${url}/both`)).status).toBe(403)
  expect(provider.asked).toHaveLength(3)
})

test('A provider that grants another part each time is asked once', async () => {
  provider.grant = (asked) => (asked.includes('mail') ? asked[(provider.asked.length % 2) + 1] : asked.join(' '))
  expect((await browser.go(`${url}/together`)).status).toBe(403)
  expect(provider.asked).toEqual(['profile', 'profile mail projects'])
})

test("The way back from a provider, which browsers call cross-site, goes on to it; another site's link does not", async () => {
  const other = createBrowser()
  const back = await other.go(`${url}/auth/plain?returnTo=/projects`, { follow: (location) => !location.endsWith('/projects') })
  expect(back.headers.get('location')).toBe('/projects')
  expect((await other.go(`${url}/mail`, crossSite)).headers.get('location')).toMatch(/^\/auth\/plain\?step_up=[\w-]+&returnTo=%2Fmail$/)
  expect((await other.go(`${url}/projects`, crossSite)).headers.get('location')).toContain('/authorize?')
})

test("Another site's link does so where the application lets it, and turns in no circle", async () => {
  await close()
  await start({ crossSiteStart: 'allow', ifLoggedIn: 'redirect' })
  expect((await browser.go(`${url}/projects`, crossSite)).headers.get('location')).toContain('/authorize?')
  provider.grant = () => 'profile'
  expect((await browser.go(`${url}/projects`, { headers: crossSite.headers })).status).toBe(403)
})
