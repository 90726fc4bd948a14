import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { generateKeyPair, type JWTPayload } from 'jose'
import { requireLogin } from '../../middleware/index.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { hosts, sendJson } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { startFakeOpenid, type FakeOpenid, type Keys } from '../support/unitOpenid.js'

/** A provider that does not do what `max_age` asks: the login fails with one clear error, and the user stays as they are. */

let keys: Keys
let fake: FakeOpenid
let browser: Browser
let url: string
let close: () => Promise<void>

const now = (): number => Math.floor(Date.now() / 1000)

beforeAll(async () => {
  keys = await generateKeyPair('RS256')
})
beforeEach(async () => {
  fake = await startFakeOpenid(keys)
  const site = await startSite(
    () => ({
      providers: { corp: { protocol: 'oidc', issuer: fake.issuer, clientId: 'app', clientSecret: 'canary-secret' } },
    }),
    (router) =>
      hosts['Express 5']({
        router,
        guarded: { '/fresh': [requireLogin({ maxAge: 300 }), (req, res) => sendJson(res, req.authUser?.authTime)] },
        handlers: { '/me': (req, res) => sendJson(res, req.authUser?.id) },
      }),
  )
  url = site.url
  close = async () => {
    await site.close()
    await fake.close()
  }
  browser = createBrowser()
  await comeBack(await leave('/auth/corp'), { auth_time: now() - 3600 })
})
afterEach(() => close())

/** The authorization request that a page leads to. */
async function leave(path: string): Promise<URLSearchParams> {
  const { headers } = await browser.go(url + path, { follow: false })
  return new URL(headers.get('location') ?? '').searchParams
}

async function comeBack(asked: URLSearchParams, claims: JWTPayload): Promise<Page> {
  const nonce = asked.get('nonce') ?? ''
  fake.claims = { iss: fake.issuer, sub: 'ada', aud: 'app', iat: now(), exp: now() + 600, nonce, ...claims }
  return browser.go(`${url}/auth/corp/callback?code=c&state=${asked.get('state') ?? ''}`, { follow: false })
}

test.each([
  ['an old auth_time', { auth_time: now() - 3600 }],
  ['none', {}],
])('%s is refused', async (_what, claims) => {
  const asked = await leave('/fresh')
  expect(asked.get('max_age')).toBe('300')
  const page = await comeBack(asked, claims)
  expect(page.status).toBe(400)
  expect(page.body).toContain('idtoken_invalid')
  expect(page.body).toContain('/auth/corp?returnTo=%2Ffresh')
  expect((await browser.json(`${url}/me`)).data).toBe('ada')
})

test('A new one is taken', async () => {
  const page = await comeBack(await leave('/fresh'), { auth_time: now() })
  expect(page.headers.get('location')).toBe('/fresh')
  expect((await browser.go(`${url}/fresh`)).status).toBe(200)
})
