import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createBrowser } from '../support/browser.js'
import { startChild } from '../support/childProcess.js'
import { startDpopProvider, type DpopProvider } from '../support/dpopProvider.js'
import { privateKeysIn, publicKeysOf } from '../support/privateKeys.js'
import type { DebugSettings } from './debugApplication.js'

let provider: DpopProvider

beforeAll(async () => {
  provider = await startDpopProvider()
})
afterAll(async () => {
  await provider.close()
})

test.each(['sealed cookie', 'sealed cookie and token store', 'mounted express-session'])(
  'DEBUG=* prints no private key, no proof and no nonce of bound tokens: %s',
  async (mode) => {
    const app = await startChild<DebugSettings, { url: string }>('test/processes/debugApplication.ts', {
      args: [mode],
      env: { DEBUG: '*' },
    })
    const { url } = app.ready
    const clientId = `debugged-${mode.replaceAll(' ', '-')}`
    const clientSecret = 'the secret of a client that is debugged'
    provider.registerClient({ client_id: clientId, client_secret: clientSecret, redirect_uris: [`${url}/auth/corp/callback`] })
    await app.tell({
      secret: 'the secret of an application that is debugged',
      providers: {
        corp: {
          protocol: 'oidc',
          issuer: provider.issuer,
          apiBaseUrl: provider.api.baseUrl,
          offline: true,
          dpop: true,
          clientId,
          clientSecret,
        },
      },
    })
    const browser = createBrowser()
    const pages: string[] = []
    const { body } = await browser.go(`${url}/auth/corp?returnTo=/page`)
    pages.push(body)
    expect(JSON.parse(body)).toMatchObject({ status: 200 })
    // The API ends the token, and then wants another nonce: both refusals are told of, where anything is.
    provider.api.endToken()
    provider.api.changeNonce()
    pages.push((await browser.go(`${url}/page`)).body)
    await browser.go(`${url}/auth/logout`, { method: 'POST', follow: false, headers: { 'sec-fetch-site': 'same-origin' } })
    await app.stop()

    const printed = app.printed()
    expect(printed).toContain('authrouter')
    const proofs = [
      ...provider.calls.map(({ proof }) => proof ?? ''),
      ...provider.api.received.map(({ headers }) => String(headers['dpop'])),
    ].filter(Boolean)
    expect(proofs.length).toBeGreaterThan(6)
    expect(privateKeysIn([printed, ...pages, ...browser.setCookies].join('\n'), publicKeysOf(proofs))).toEqual([])
    const tellTales = proofs.flatMap((proof) => [proof.split('.')[2] ?? '', String(decodeJwt(proof)['nonce'] ?? proof)])
    expect(tellTales.filter((text) => printed.includes(text))).toEqual([])
  },
  120_000,
)
