import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

/** The profile of an account that a sign-in brought along (`keepTokens: 'user'`), where `sub` is not the id of its users. */

let openid: OpenidProvider
let app: Application

beforeEach(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  app = await startApplication(
    openid,
    { tokenStore: memoryTokenStore(), userStore: memoryUserStore(), keepTokens: 'user' },
    {
      handlers: {
        '/refresh': async (req, res) => {
          await req.auth.switch(req.auth.users['named']?.key ?? '')
          const { id, name } = await req.auth.refreshUser()
          sendJson(res, { id, name })
        },
      },
    },
  )
  const { corp } = app.entries
  app.router.register('named', { ...corp, profile: { id: 'email' } } as never)
  openid.registerClient({
    clientId: String(corp['clientId']),
    clientSecret: String(corp['clientSecret']),
    redirectUris: ['corp', 'named'].map((slug) => `${app.url}/auth/${slug}/callback`),
  })
})
afterEach(async () => {
  await app.close()
  await openid.close()
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const refreshed = async (browser: Browser): Promise<unknown> => (await browser.json(`${app.url}/refresh`)).data

test('is fetched again as that of one that was signed in with', async () => {
  const first = createBrowser()
  await first.go(`${app.url}/auth/corp`)
  await first.go(`${app.url}/auth/named/link`, { method: 'POST', headers: own })
  const expected = await refreshed(first)
  expect(expected).toMatchObject({ id: 'ada@example.com' })
  const second = createBrowser()
  await second.go(`${app.url}/auth/corp`)
  expect(await refreshed(second)).toEqual(expected)
})
