import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createBrowser, type Browser } from '../support/browser.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'

/** Whole logins at the certified server, which takes pushed (RFC 9126) and signed (RFC 9101) authorization requests only. */

let provider: StrictProvider
beforeAll(async () => {
  provider = await startStrictProvider()
})
afterAll(async () => {
  await provider.close()
})

let browser: Browser
beforeEach(() => {
  browser = createBrowser()
  provider.requests.length = 0
})

const open: StrictApplication[] = []
async function start(...given: Parameters<typeof startStrictApplication> extends [unknown, ...infer Rest] ? Rest : never): Promise<string> {
  const app = await startStrictApplication(provider, ...given)
  open.push(app)
  return app.url
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function locationOf(url: string): Promise<URL> {
  const { headers } = await browser.go(`${url}/auth/corp`, { follow: false })
  return new URL(headers.get('location') ?? 'http://nowhere.invalid')
}

describe('At a provider that takes nothing else', () => {
  test('a login pushes a signed request, by issuer, client id and key alone', async () => {
    const url = await start()
    const location = await locationOf(url)
    expect(Object.fromEntries(location.searchParams)).toEqual({
      client_id: open[0]?.client.clientId,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/) as unknown,
    })

    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id', email: 'ada@example.com' })

    const [pushed] = provider.calls('/request')
    expect(Object.keys(pushed?.form ?? {}).sort()).toEqual(['client_assertion', 'client_assertion_type', 'client_id', 'request'])
    const request = String(pushed?.form['request'])
    expect(decodeProtectedHeader(request)).toEqual({ alg: 'ES256', typ: 'oauth-authz-req+jwt', kid: 'key-1' })
    const claims = decodeJwt(request)
    expect(claims).toMatchObject({
      iss: open[0]?.client.clientId,
      aud: provider.issuer,
      client_id: open[0]?.client.clientId,
      response_type: 'code',
      redirect_uri: `${url}/auth/corp/callback`,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300)
  })
})
