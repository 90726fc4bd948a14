import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiClient } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'

/** What the documentation names and this version does not do is refused, and nothing happens. */

const notAvailable = 'is not available in this version of authrouter'

type Untyped = (...given: unknown[]) => unknown

let openid: OpenidProvider
let app: Application
let browser: Browser
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  app = await startApplication(openid)
  browser = createBrowser()
  await browser.go(`${app.url}/auth/corp`)
})
afterAll(async () => {
  await app.close()
  await openid.close()
})

describe('A request', () => {
  test.each([
    ['mode=popup', notAvailable],
    ['identifier=https%3A%2F%2Fme.example', 'takes no identifier'],
  ])('that starts a login with %s is refused', async (query, message) => {
    const { status, data, headers } = await browser.json(`${app.url}/auth/corp?${query}`)
    expect({ status, data }).toMatchObject({
      status: 400,
      data: { error: 'bad_request', message: expect.stringContaining(message) as unknown },
    })
    expect(headers.get('set-cookie')).toBeNull()
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
