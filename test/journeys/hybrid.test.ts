import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createBrowser, type Browser } from '../support/browser.js'
import { postedForm, submitted } from '../support/formPost.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'

/** The hybrid flow `code id_token` at the certified server (OpenID Connect Core section 3.3). */

let provider: StrictProvider
let app: StrictApplication
beforeAll(async () => {
  provider = await startStrictProvider()
  app = await startStrictApplication(provider, {
    entry: () => ({ responseType: 'code id_token' }),
    metadata: {
      response_types: ['code id_token'],
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      // Others may not have an address of plain http and be given ID Tokens there.
      application_type: 'native',
    },
  })
})
afterAll(async () => {
  await app.close()
  await provider.close()
})

let browser: Browser
beforeEach(() => {
  browser = createBrowser()
  provider.requests.length = 0
})

test('A login: the answer is posted, with an ID Token that names its code', async () => {
  const provided = await browser.go(`${app.url}/auth/corp?returnTo=/me`)
  const { fields } = postedForm(provided)
  expect(Object.keys(fields).sort()).toEqual(['code', 'id_token', 'state'])
  expect(decodeJwt(fields['id_token'] ?? '')).toMatchObject({ iss: provider.issuer, c_hash: expect.any(String) as unknown })
  expect((await submitted(browser, provided)).url).toBe(`${app.url}/me`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
  expect(provider.calls('/token').length).toBe(1)
})
