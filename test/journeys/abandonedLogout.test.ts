import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { registerLogout } from '../support/logout.js'

/** A sign-out whose browser never came back from the provider. */

let openid: OpenidProvider
let app: Application
beforeEach(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  app = await startApplication(openid)
  registerLogout(openid, app)
})
afterEach(async () => {
  await app.close()
  await openid.close()
})

const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

test('its cookie goes with the next sign-in, which needs the room', async () => {
  const browser = createBrowser()
  const names = (): string[] => [...browser.cookies(app.host).keys()]
  await browser.go(`${app.url}/auth/corp`)
  await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers, form: { provider: 'true' }, follow: false })
  expect(names()).toEqual(['ar.logout'])
  await browser.go(`${app.url}/auth/corp`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ name: 'Ada Example' })
  expect(names()).not.toContain('ar.logout')
})
