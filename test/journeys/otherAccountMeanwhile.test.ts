import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { authRouter, type AuthRouter } from '../../middleware/index.js'
import { holdTokenCall } from '../attacks/linking.js'
import { startProvider, type ScriptedProvider } from '../attacks/provider.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen } from '../support/hosts.js'

/** A user with two accounts, who signs in by the one in one process while they sign out of the other in another one (rule R13). */

let provider: ScriptedProvider
let url: string
let routers: AuthRouter[]
let close: () => Promise<void>

beforeEach(async () => {
  provider = await startProvider('corp')
  let apps: ReturnType<(typeof hosts)['Express 5']>[] = []
  const server = await listen((req, res) => {
    apps[req.headers['x-process'] === 'other' ? 1 : 0]?.(req, res)
  })
  ;({ url, close } = server)
  const shared = { userStore: memoryUserStore(), tokenStore: memoryTokenStore() }
  const providers = { plain: provider.oauth2() as never, more: provider.oauth2() as never }
  // Two that know nothing of each other but what is in the stores, as in two processes.
  routers = [0, 1].map(() =>
    authRouter({ secret: 'a secret of the tests, long enough to seal', baseUrl: url, logger: false, providers, ...shared }),
  )
  apps = routers.map((router) => hosts['Express 5']({ router }))
})
afterEach(async () => {
  await Promise.all(routers.map((router) => router.close()))
  await close()
  await provider.close()
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const other = { 'x-process': 'other' }
const page = (browser: Browser, path: string, method = 'GET') => browser.go(url + path, { method, headers: own, follow: false })
const keys = async (browser: Browser, headers: Record<string, string> = {}): Promise<string[]> =>
  (await browser.json<{ accounts: { key: string }[] }>(`${url}/auth/session`, { headers })).data.accounts.map(({ key }) => key)

async function untilCallback(browser: Browser, path: string, person: string, method = 'GET'): Promise<string> {
  return provider.approve((await page(browser, path, method)).headers.get('location') ?? '', person)
}

async function signIn(browser: Browser, slug: string, person: string): Promise<void> {
  await browser.go(await untilCallback(browser, `/auth/${slug}`, person), { follow: false })
}

/** A browser in which a user of two accounts has signed in by one of them. */
async function withTwoAccounts(): Promise<Browser> {
  const elsewhere = createBrowser()
  await signIn(elsewhere, 'plain', 'ada')
  await elsewhere.go(await untilCallback(elsewhere, '/auth/more/link', 'ada-too', 'POST'), { follow: false })
  const browser = createBrowser()
  await signIn(browser, 'plain', 'ada')
  return browser
}

test('The login by the other account goes on with the first one', async () => {
  const browser = await withTwoAccounts()
  await browser.go(await untilCallback(browser, '/auth/more', 'ada-too'), { follow: false, headers: other })
  expect(await keys(browser)).toEqual(['plain$ada', 'more$ada-too'])
})

test('A login by the other account takes nothing along out of a session that was signed out in another process meanwhile', async () => {
  const browser = await withTwoAccounts()
  const callback = await untilCallback(browser, '/auth/more', 'ada-too')
  const { asked, goOn } = holdTokenCall({ honest: provider })
  const finishing = browser.go(callback, { follow: false, headers: other })
  await asked
  // The same session, in a copy of its cookie.
  const copy = createBrowser()
  for (const [name, value] of browser.cookies(new URL(url).host)) copy.cookies(new URL(url).host).set(name, value)
  await page(copy, '/auth/logout', 'POST')
  goOn()
  expect((await finishing).status).toBe(303)
  expect([await keys(browser), await keys(browser, other), await keys(copy)]).toEqual([['more$ada-too'], ['more$ada-too'], []])
})
