import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type AuthError, type AuthRouter } from '../../middleware/index.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { hosts, sendJson } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'

/** `prompt=none`: the provider signs in whom it knows, and asks nobody anything (OpenID Connect Core section 3.1.2.1). */

let provider: StepUpProvider
let router: AuthRouter
let browser: Browser
let url: string
let errors: AuthError[]
let close: () => Promise<void>

beforeEach(async () => {
  provider = await startStepUpProvider()
  const site = await startSite(
    (url) => ({
      providers: { corp: provider.entry(`${url}/auth/corp/callback`), own: provider.entry(`${url}/auth/own/callback`) },
    }),
    (router) =>
      hosts['Express 5']({
        router,
        handlers: {
          '/me': (req, res) => {
            sendJson(res, { id: req.authUser?.id ?? null, at: req.url })
          },
          '/auth/own/callback': router.callback('own', (result, _req, res) => {
            sendJson(res, { ...result, error: result.error && { code: result.error.code, word: result.error.providerError } })
          }) as never,
        },
      }),
  )
  url = site.url
  router = site.router
  errors = []
  router.on('error', ({ error }) => errors.push(error))
  close = async () => {
    await site.close()
    await provider.close()
  }
  browser = createBrowser()
})
afterEach(() => close())

const silently = '/auth/corp?prompt=none&returnTo=/me%3Ftried'

/** Brings an answer of the provider's to the login that was started last. */
async function bring(start: string, answer: string, headers: Record<string, string> = {}): Promise<Page> {
  const { headers: sent } = await browser.go(url + start, { follow: false })
  const state = new URL(sent.get('location') ?? '').searchParams.get('state') ?? ''
  const callback = `${url}${start.split('?')[0] ?? ''}/callback?${answer}&state=${state}&iss=${encodeURIComponent(provider.issuer)}`
  return browser.go(callback, { headers })
}

test('signs in whom the provider knows, without a word', async () => {
  await browser.go(`${url}/auth/corp`)
  await browser.go(`${url}/auth/logout`, { method: 'POST', headers: { origin: url } })
  provider.person = undefined
  expect((await browser.go(url + silently)).body).toBe('{"id":"ada","at":"/me?tried"}')
  expect(provider.asked.at(-1)).toMatchObject({ prompt: 'none' })
})

test('leaves somebody whom it does not know signed out, and leads back', async () => {
  provider.person = undefined
  const page = await browser.go(url + silently)
  expect(page).toMatchObject({ status: 200, url: `${url}/me?tried`, body: '{"id":null,"at":"/me?tried"}' })
  expect(errors).toEqual([])
  expect(browser.cookies(new URL(url).host).size).toBe(0)
})

describe.each(['login_required', 'interaction_required', 'consent_required', 'account_selection_required'])('%s', (error) => {
  test('leaves the signed-in user as they are', async () => {
    await browser.go(`${url}/auth/corp`)
    expect((await bring(silently, `error=${error}`)).body).toBe('{"id":"ada","at":"/me?tried"}')
    expect(errors).toEqual([])
  })

  test('is a 401 for a script', async () => {
    const page = await bring(silently, `error=${error}`, { accept: 'application/json' })
    expect({ status: page.status, body: JSON.parse(page.body) as unknown }).toMatchObject({
      status: 401,
      body: { error: 'login_required', provider: 'corp' },
    })
  })

  test("is told to a callback of the application's own", async () => {
    const page = await bring('/auth/own?prompt=none&returnTo=/me', `error=${error}`)
    expect(JSON.parse(page.body)).toEqual({ provider: 'own', returnTo: '/me', error: { code: 'login_required', word: error } })
    expect(errors).toEqual([])
  })

  test('of a login that may ask is a failure', async () => {
    const page = await bring('/auth/corp?prompt=login&returnTo=/me', `error=${error}`)
    expect(page.status).toBe(error === 'consent_required' ? 403 : 400)
    expect(errors).toHaveLength(1)
  })
})

test.each(['access_denied', 'server_error', 'invalid_request', 'login_required_'])(
  '%s is a failure of a silent login, too',
  async (error) => {
    const page = await bring(silently, `error=${error}`)
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(errors).toHaveLength(1)
  },
)

test("another issuer's word is none", async () => {
  const { headers } = await browser.go(url + silently, { follow: false })
  const state = new URL(headers.get('location') ?? '').searchParams.get('state') ?? ''
  const page = await browser.go(`${url}/auth/corp/callback?error=login_required&state=${state}&iss=https%3A%2F%2Fevil.example`)
  expect(page.status).toBe(400)
  expect(page.body).toContain('issuer_mismatch')
})

test('its answer opened again, or in another browser, is no login', async () => {
  const { headers } = await browser.go(url + silently, { follow: false })
  const state = new URL(headers.get('location') ?? '').searchParams.get('state') ?? ''
  const callback = `${url}/auth/corp/callback?error=login_required&state=${state}&iss=${encodeURIComponent(provider.issuer)}`
  expect((await createBrowser().go(callback)).status).toBe(400)
  expect((await browser.go(callback)).url).toBe(`${url}/me?tried`)
  expect((await browser.go(callback)).status).toBe(400)
})

test('a frame cannot start it', async () => {
  const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }
  expect((await browser.go(url + silently, { headers, follow: false })).status).toBe(403)
})

test('none stands alone', async () => {
  expect((await browser.go(`${url}/auth/corp?prompt=none%20login`, { follow: false })).status).toBe(400)
  expect(provider.asked).toEqual([])
})
