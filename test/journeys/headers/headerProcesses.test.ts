import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../../lib/stores/index.js'
import type { AuthRouterOptions } from '../../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import { startEngines, type Engines } from '../../support/engines.js'
import { sendJson } from '../../support/hosts.js'
import { startKeyServer, type KeyServer } from '../../support/identityProxy.js'
import { proxyEntry, rightKey, through } from '../../support/proxiedApplication.js'

/** Users whom a proxy signs in, at processes that share nothing but their configuration, or a token store. */

let openid: OpenidProvider
let server: KeyServer
let engines: Engines
let browser: Browser

const corpId = people[0]?.id ?? ''
const both = ['iap$ada', `corp$${corpId}`]
const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: corpId })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  await engines.close()
  await server.close()
})

async function start(options: Partial<AuthRouterOptions>): Promise<void> {
  server = await startKeyServer(rightKey)
  engines = await startEngines(openid, options, {
    count: 2,
    handlers: {
      '/accounts': (req, res) => {
        sendJson(
          res,
          req.auth.accounts.map(({ key }) => key),
        )
      },
    },
  })
  for (const router of engines.routers) router.register('iap', proxyEntry(server))
  browser = createBrowser()
}

const accounts = async (headers: Record<string, string> = {}): Promise<string[]> =>
  (await browser.json<string[]>(`${engines.url}/accounts`, { headers })).data

describe.each([
  ['nothing', () => ({})],
  ['a token store', () => ({ tokenStore: memoryTokenStore() })],
])('Two processes that share %s', (name, options: () => Partial<AuthRouterOptions>) => {
  test('sign a user in, let them add an account across both, and take the token of the page of either', async () => {
    await start(options())
    for (let count = 0; count < 4; count++) expect(await accounts(through('ada'))).toEqual(['iap$ada'])
    await browser.go(`${engines.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    for (let count = 0; count < 4; count++) expect(await accounts(through('ada'))).toEqual(both)
    for (let count = 0; count < 2; count++) expect(await accounts()).toEqual([])
    engines.answerWith(0)
    const { csrfToken } = (await browser.json<{ csrfToken: string }>(`${engines.url}/auth/session`, { headers: through('ada') })).data
    engines.answerWith(1)
    const signedOut = await browser.json(`${engines.url}/auth/logout`, {
      method: 'POST',
      form: { csrfToken },
      headers: { ...through('ada'), 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    })
    expect(signedOut.status).toBe(200)
  })

  test('end the session with the accounts, as far as they know of it', async () => {
    await start(options())
    await browser.go(`${engines.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    const copy = new Map(browser.cookies(engines.host))
    engines.answerWith(0)
    await browser.go(`${engines.url}/auth/logout`, { method: 'POST', headers: { ...own, ...through('ada') } })
    for (const [cookie, value] of copy) browser.cookies(engines.host).set(cookie, value)
    expect(await accounts(through('ada'))).toEqual(['iap$ada'])
    engines.answerWith(1)
    // A cookie alone is taken back by nobody in another process: that takes a store.
    expect(await accounts(through('ada'))).toEqual(name === 'nothing' ? both : ['iap$ada'])
    expect(await accounts()).toEqual([])
  })
})
