import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'

/** The way on from adding an account that failed: it adds the account, and signs nobody in as somebody else. */

let openid: OpenidProvider
let second: OpenidProvider
let application: Application

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
  application = await startApplication(openid, { tokenStore: memoryTokenStore() })
  const client = { clientId: 'other-app', clientSecret: 'another secret of the tests' }
  second.registerClient({ ...client, redirectUris: [`${application.url}/auth/other/callback`] })
  application.router.register('other', { protocol: 'oidc', issuer: second.issuer, apiBaseUrl: second.apiBaseUrl, ...client })
  application.router.register('away', { protocol: 'oidc', issuer: 'http://127.0.0.1:1', ...client })
})
afterAll(async () => {
  await application.close()
  await Promise.all([openid.close(), second.close()])
})

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const startAgain = (body: string): string => (/href="([^"]+)"[^>]*>Start again/.exec(body)?.[1] ?? '').replaceAll('&amp;', '&')

async function begin(slug: string) {
  const browser = createBrowser()
  await browser.go(`${application.url}/auth/corp`)
  const form = { returnTo: '/here' }
  const page = await browser.go(`${application.url}/auth/${slug}/link`, { method: 'POST', form, headers: own, follow: false })
  return { browser, page }
}

test('after a refusal at the provider', async () => {
  const { browser, page } = await begin('other')
  const state = new URL(page.headers.get('location') ?? '').searchParams.get('state') ?? ''
  const answer = new URLSearchParams({ error: 'access_denied', state, iss: second.issuer })
  const refused = await browser.go(`${application.url}/auth/other/callback?${answer.toString()}`)
  expect(refused.status).toBe(403)

  const again = startAgain(refused.body)
  expect(new URL(again, application.url).searchParams.get('returnTo')).toBe('/here')
  await browser.go(application.url + again, { headers: own, follow: (location) => !location.endsWith('/here') })
  const { data } = await browser.json<{ user: { provider: string }; accounts: unknown[] }>(`${application.url}/auth/session`)
  expect({ provider: data.user.provider, accounts: data.accounts.length }).toEqual({ provider: 'corp', accounts: 2 })
})

test('while the provider cannot be reached', async () => {
  const { page } = await begin('away')
  expect(page.status).toBe(502)
  expect(new URL(startAgain(page.body), application.url).searchParams.get('link')).toBe('1')
})
