import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiClient } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

/** What the documentation names and this version does not do is refused, and nothing happens. */

const notAvailable = 'is not available in this version of authrouter'
const ownForm = { 'sec-fetch-site': 'same-origin' }

type Untyped = (...given: unknown[]) => unknown

let openid: OpenidProvider
let app: Application
let browser: Browser
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/log-out-at-provider': async (req, res) => {
          sendJson(res, await req.auth.logout({ provider: true } as object))
        },
      },
    },
  )
  browser = createBrowser()
  await browser.go(`${app.url}/auth/corp`)
})
afterAll(async () => {
  await app.close()
  await openid.close()
})

describe('A request', () => {
  test.each(['mode=popup', 'identifier=https%3A%2F%2Fme.example'])('that starts a login with %s is refused', async (query) => {
    const { status, data, headers } = await browser.json(`${app.url}/auth/corp?${query}`)
    expect({ status, data }).toMatchObject({
      status: 400,
      data: { error: 'bad_request', message: expect.stringContaining(notAvailable) as unknown },
    })
    expect(headers.get('set-cookie')).toBeNull()
  })

  test.each([
    ['a form', '', { provider: 'true' }],
    ['the query', '?provider', {}],
  ])('that signs out at the provider, by %s, is refused, and signs nobody out', async (_by, query, form) => {
    const { status, data } = await browser.json(`${app.url}/auth/logout${query}`, { method: 'POST', headers: ownForm, form })
    expect({ status, data }).toMatchObject({
      status: 400,
      data: { error: 'bad_request', message: expect.stringContaining(notAvailable) as unknown },
    })
    expect((await browser.json<{ name: string }>(`${app.url}/me`)).data.name).toBe('Ada Example')
  })

  test('that says no to it signs out here', async () => {
    const other = createBrowser()
    await other.go(`${app.url}/auth/corp`)
    expect((await other.json(`${app.url}/auth/logout`, { method: 'POST', headers: ownForm, form: { provider: 'false' } })).status).toBe(200)
    expect((await other.json(`${app.url}/me`)).data).toBeNull()
  })
})

describe('A handler', () => {
  test('is told', async () => {
    const page = await browser.go(`${app.url}/log-out-at-provider`, { follow: false })
    expect(page.status).toBe(500)
    expect(page.body).toContain(notAvailable)
    expect((await browser.json<{ name: string }>(`${app.url}/me`)).data.name).toBe('Ada Example')
  })

  test('made for a route is refused when it is made', () => {
    expect(() => (app.router.logout as Untyped)({ provider: true })).toThrow(`The option provider of logout ${notAvailable}`)
    expect(app.router.logout({ returnTo: '/' })).toBeInstanceOf(Function)
  })
})

describe('A listener', () => {
  test('for no event is refused', () => {
    expect(() => {
      ;(app.router.on as Untyped)('logn', () => undefined)
    }).toThrow("There is no event 'logn'; did you mean 'login'?")
    expect(() => {
      ;(app.router.on as Untyped)('signup', () => undefined)
    }).toThrow('the events are login, link, logout, token_update, error.')
  })
})

describe('A client without a request', () => {
  const client = (...given: unknown[]): ApiClient => (app.router.client as Untyped)('corp', ...given) as ApiClient

  test.each([{ grant: 'password', username: 'a', password: 'b' }, { grant: 'refresh_token' }])('of %j is refused', (access) => {
    expect(() => client(access)).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        provider: 'corp',
        message: expect.stringContaining(notAvailable) as unknown,
      }) as never,
    )
  })

  test.each([[[]], [[undefined]], [[null]], [[7]]])('of no access, %j, says what to give', (given) => {
    expect(() => client(...given)).toThrow(
      expect.objectContaining({
        code: 'bad_request',
        message: expect.stringContaining('what credentials.seal() gave, tokens with an accessToken') as unknown,
      }) as never,
    )
  })
})
