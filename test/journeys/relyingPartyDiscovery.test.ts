import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ProviderEntry } from '../../middleware/index.js'
import { type Openid2Provider, startOpenid2Provider } from '../../testing/index.js'
import { createBrowser } from '../support/browser.js'
import { signIn, startOpenid2Site } from '../support/openid2/site.js'
import type { Site } from '../support/site.js'

/** What a provider reads that sends users only to where the site of its realm says (OpenID Authentication 2.0 sections 9.2.1 and 13). */

let provider: Openid2Provider
let site: Site
let isLinked = true

beforeAll(async () => {
  provider = await startOpenid2Provider({ signInAs: 'ada-id', verifyReturnTo: true })
  const plain: ProviderEntry = {
    protocol: 'oauth2',
    authorizationEndpoint: 'https://id.example/authorize',
    tokenEndpoint: 'https://id.example/token',
    profile: { id: 'id' },
    clientId: 'a',
    clientSecret: 'b',
  }
  site = await startOpenid2Site({
    providers: {
      house: { protocol: 'openid2', identifier: provider.identifier },
      typed: { protocol: 'openid2', allow: [provider.origin], callbackPath: '/back' },
      plain,
    },
    build: (app) => {
      app.get('/', (_req, res, next) => {
        if (isLinked) res.set('X-XRDS-Location', `${site.url}/auth/house/xrds`)
        next()
      })
    },
  })
})
afterAll(async () => {
  await site.close()
  await provider.close()
})

test('a provider that looks for it sends users there', async () => {
  expect((await signIn(site.url)).page.url).toBe(`${site.url}/`)
  isLinked = false
  await expect(signIn(site.url)).rejects.toThrow('403')
  isLinked = true
})

test('the document lists the callbacks of all entries of the protocol', async () => {
  const browser = createBrowser()
  const { status, headers, body } = await browser.go(`${site.url}/auth/house/xrds`)
  expect([status, headers.get('content-type')]).toEqual([200, 'application/xrds+xml'])
  expect([...body.matchAll(/<URI>(.*)<\/URI>/g)].map(([, uri]) => uri)).toEqual([`${site.url}/auth/house/callback`, `${site.url}/back`])
  expect((await browser.go(`${site.url}/auth/typed/xrds`)).status).toBe(200)
  expect((await browser.go(`${site.url}/auth/house/xrds`, { method: 'POST' })).status).toBe(405)
})

test('entries of other protocols have none', async () => {
  const { status, data } = await createBrowser().json(`${site.url}/auth/plain/xrds`)
  expect([status, data]).toMatchObject([404, { error: 'unknown_provider' }])
})
