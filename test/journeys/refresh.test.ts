import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

let openid: OpenidProvider
let app: Application
const refreshed: string[] = []

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(async () => {
  app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/projects': async (req, res) => {
          const { status } = await req.oauthClient.get('projects')
          const { expiresIn, valid } = req.oauthClient.credentials
          sendJson(res, { status, expiresIn, valid })
        },
        '/many': async (req, res) => {
          const answers = await Promise.all(Array.from({ length: 20 }, () => req.oauthClient.get('projects')))
          sendJson(
            res,
            answers.map(({ status }) => status),
          )
        },
        '/force': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendJson(res, { valid: req.oauthClient.credentials.valid })
        },
      },
    },
  )
  app.router.on('token_update', ({ provider }) => {
    refreshed.push(provider)
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  refreshed.length = 0
  await app.close()
})

function refreshes(): number {
  return openid.requests.filter(({ path, status }) => path.includes('/token') && status === 200).length
}

/** The clocks of the application and of the provider, which both run here, jump ahead. */
function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

async function signedIn(slug: string): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${app.url}/auth/${slug}`)
  return browser
}

describe('an access token', () => {
  test('that has ended is refreshed before the call, and the browser keeps the new one', async () => {
    const browser = await signedIn('plain')
    later(3601)
    const before = refreshes()
    for (let time = 0; time < 3; time++) {
      expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 200, valid: true, expiresIn: 3600 })
    }
    expect(refreshes()).toBe(before + 1)
    expect(refreshed).toEqual(['plain'])
  })

  test('that is asked for by twenty calls and several requests of one browser at once is refreshed once', async () => {
    const browser = await signedIn('plain')
    later(3601)
    const before = refreshes()
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.json<number[]>(`${app.url}/many`)))
    expect(answers.flatMap(({ data }) => data)).toEqual(Array.from({ length: 100 }, () => 200))
    expect(refreshes()).toBe(before + 1)
    expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 200 })
  })

  test('is refreshed on demand', async () => {
    const browser = await signedIn('plain')
    const before = refreshes()
    expect((await browser.json(`${app.url}/force`)).data).toEqual({ valid: true })
    expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 200 })
    expect(refreshes()).toBe(before + 1)
  })

  test('that the API no longer takes makes one renewal and one more try', async () => {
    const { plain } = entriesAt(openid, app.url)
    openid.registerClient({
      clientId: String(plain['clientId']),
      clientSecret: String(plain['clientSecret']),
      redirectUris: [`${app.url}/auth/broken/callback`],
    })
    let breakNext = false
    app.router.register('broken', {
      ...plain,
      hooks: {
        tokenResponse: (body) => {
          const broken = breakNext
          breakNext = false
          return broken ? { ...body, access_token: 'not a token of the provider' } : body
        },
      },
    })
    const browser = await signedIn('broken')
    breakNext = true
    await browser.json(`${app.url}/force`)
    const before = refreshes()
    expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 200 })
    expect(refreshes()).toBe(before + 1)
  })

  test('whose renewal is refused asks for a new sign-in, and Express shows neither token nor stack', async () => {
    const browser = await signedIn('plain')
    await browser.json(`${app.url}/force`)
    // A refresh token used twice ends the whole family at a provider that rotates them.
    const other = createBrowser()
    for (const [name, value] of browser.cookies(app.host)) other.cookies(app.host).set(name, value)
    await browser.json(`${app.url}/force`)
    // Rotations are remembered for a day.
    later(25 * 3600)
    const { status, body } = await other.go(`${app.url}/force`)
    expect(status).toBe(401)
    expect(body).toContain('sign in again')
    expect(body).not.toMatch(/\.ts|node_modules|&nbsp; at /)
  })

  test('without a refresh token stays as it is: a status is not an exception', async () => {
    const browser = await signedIn('corp')
    later(3601)
    expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 401, valid: false })
  })

  test('of OpenID Connect is refreshed where the scope was asked for', async () => {
    const { corp } = entriesAt(openid, app.url)
    openid.registerClient({
      clientId: String(corp['clientId']),
      clientSecret: String(corp['clientSecret']),
      redirectUris: [`${app.url}/auth/offline/callback`],
    })
    app.router.register('offline', { ...corp, scope: ['openid', 'profile', 'email', 'offline_access'] })
    const browser = await signedIn('offline')
    later(3601)
    expect((await browser.json(`${app.url}/projects`)).data).toMatchObject({ status: 200, valid: true })
    expect(refreshed).toEqual(['offline'])
  })
})
