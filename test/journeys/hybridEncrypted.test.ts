import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createBrowser } from '../support/browser.js'
import { postedForm, submitted } from '../support/formPost.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'

/** The hybrid flow at a provider that encrypts its ID Tokens (OpenID Connect Core sections 3.3 and 10.2). */

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })

let provider: StrictProvider
let app: StrictApplication
beforeEach(async () => {
  provider = await startStrictProvider({ features: { encryption: { enabled: true } } })
  app = await startStrictApplication(provider, {
    entry: () => ({
      responseType: 'code id_token',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      keyId: 'key-1',
    }),
    metadata: {
      response_types: ['code id_token'],
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      // Others may not have an address of plain http and be given ID Tokens there.
      application_type: 'native',
      id_token_encrypted_response_alg: 'ECDH-ES',
      id_token_encrypted_response_enc: 'A256GCM',
      jwks: {
        keys: [
          { ...jwk, kid: 'key-1', use: 'sig' },
          { ...jwk, kid: 'key-2', use: 'enc' },
        ],
      },
    },
  })
})
afterEach(async () => {
  await app.close()
  await provider.close()
})

test('both ID Tokens are opened, and speak of the same user', async () => {
  const browser = createBrowser()
  const provided = await browser.go(`${app.url}/auth/corp?returnTo=/me`)
  expect(postedForm(provided).fields['id_token']?.split('.')).toHaveLength(5)
  expect((await submitted(browser, provided)).url).toBe(`${app.url}/me`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
})
