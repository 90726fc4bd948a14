import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { generateKeyPair, type JWTPayload } from 'jose'
import { requireLogin, type Tokens } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, sendJson } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { signer, startFakeOpenid, type FakeOpenid, type Keys } from '../support/unitOpenid.js'

/** A refresh that brings an ID Token (OpenID Connect Core section 12.2): it says who the user is, and not how they signed in. */

let keys: Keys
let fake: FakeOpenid
let browser: Browser
let url: string
let kept: Tokens[]
let close: () => Promise<void>

const signedInAt = Math.floor(Date.now() / 1000) - 30

beforeAll(async () => {
  keys = await generateKeyPair('RS256')
})
beforeEach(async () => {
  fake = await startFakeOpenid(keys)
  fake.answer = { access_token: 'first', token_type: 'Bearer', expires_in: 600, refresh_token: 'r' }
  kept = []
  const site = await startSite(
    () => ({
      providers: { corp: { protocol: 'oidc', issuer: fake.issuer, clientId: 'app', clientSecret: 'canary-secret' } },
      hooks: {
        onTokens: ({ tokens }) => {
          kept.push(tokens)
        },
      },
    }),
    (router) =>
      hosts['Express 5']({
        router,
        guarded: { '/gold': [requireLogin({ acr: 'gold' }), (_req, res) => sendJson(res, 'gold')] },
        handlers: {
          '/me': (req, res) => {
            const { acr, amr, authTime } = req.authUser ?? {}
            sendJson(res, { acr, amr, authTime })
          },
          '/refresh': async (req, res) => {
            await req.oauthClient.credentials.refresh({ force: true })
            sendJson(res, true)
          },
        },
      }),
  )
  url = site.url
  close = async () => {
    await site.close()
    await fake.close()
  }
  browser = createBrowser()
  await signIn()
})
afterEach(() => close())

function claims(more: JWTPayload): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return { iss: fake.issuer, sub: 'ada', aud: 'app', iat: now, exp: now + 600, acr: 'silver', amr: ['pwd'], auth_time: signedInAt, ...more }
}

async function signIn(): Promise<void> {
  const { headers } = await browser.go(`${url}/auth/corp`, { follow: false })
  const asked = new URL(headers.get('location') ?? '').searchParams
  fake.claims = claims({ nonce: asked.get('nonce') ?? '' })
  await browser.go(`${url}/auth/corp/callback?code=c&state=${asked.get('state') ?? ''}`, { follow: false })
}

async function me(): Promise<unknown> {
  return (await browser.json(`${url}/me`)).data
}

const ofTheLogin = { acr: 'silver', amr: ['pwd'], authTime: new Date(signedInAt * 1000).toISOString() }

test('It takes the place of the one before, and facts of the login stay those of the login', async () => {
  expect(await me()).toEqual(ofTheLogin)
  fake.claims = claims({ acr: 'gold', amr: ['hwk'], auth_time: signedInAt + 20 })
  fake.answer = { access_token: 'second', token_type: 'Bearer' }
  expect((await browser.go(`${url}/refresh`)).status).toBe(200)
  expect(await me()).toEqual(ofTheLogin)
  expect((await browser.go(`${url}/gold`, { follow: false })).status).toBe(302)
  expect(kept).toHaveLength(2)
  expect(kept[1]).toMatchObject({ accessToken: 'second', refreshToken: 'r' })
  expect(kept[1]?.idToken).not.toBe(kept[0]?.idToken)
})

test('An answer without one leaves the one before', async () => {
  fake.answer = { access_token: 'second', token_type: 'Bearer', id_token: undefined }
  fake.sign = () => undefined as unknown as string
  expect((await browser.go(`${url}/refresh`)).status).toBe(200)
  expect(kept[1]).toMatchObject({ accessToken: 'second', idToken: kept[0]?.idToken })
  expect(await me()).toEqual(ofTheLogin)
})

test.each<[string, JWTPayload]>([
  ['another user', { sub: 'grace' }],
  ['another issuer', { iss: 'https://evil.example' }],
  ['another client', { aud: 'other' }],
])('One of %s is refused with all that came along', async (_of, more) => {
  fake.claims = claims(more)
  fake.answer = { access_token: 'second', token_type: 'Bearer' }
  expect((await browser.go(`${url}/refresh`)).status).toBe(400)
  expect(kept).toHaveLength(1)
})

test('One of a foreign key is refused', async () => {
  fake.sign = signer(await generateKeyPair('RS256'))
  fake.claims = claims({})
  fake.answer = { access_token: 'second', token_type: 'Bearer' }
  expect((await browser.go(`${url}/refresh`)).status).toBe(400)
  expect(kept).toHaveLength(1)
})
