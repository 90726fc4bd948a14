import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { startDpopApi, type DpopApi } from '../support/dpopApi.js'
import { sendJson } from '../support/hosts.js'
import { describeWith } from '../support/parts.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'
import { launchChromium } from './chromium.js'

/** The whole life of a session at a certified server that demands all it can, in a real browser. */

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
const mail = 'https://mail.example/'
const files = 'https://files.example/'

describeWith('chromium', 'In Chromium, with pushed and signed requests, DPoP with nonces, rotation and resources required', () => {
  let browser: Browser
  let provider: StrictProvider
  let api: DpopApi
  let app: StrictApplication

  beforeAll(async () => {
    provider = await startStrictProvider({
      features: {
        dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true },
        deviceFlow: { enabled: true },
        // A device pushes nothing, and RFC 8628 has no place for a signed request: the browser's is signed all the same.
        requestObjects: { enabled: true, requireSignedRequestObject: false },
      },
      // The server calls no address of this machine unless told to.
      configuration: {
        fetch: (url, { dispatcher: _guarded, ...options }: RequestInit & { dispatcher?: unknown } = {}) => fetch(url, options),
      },
    })
    api = await startDpopApi(async (value) => {
      const token = await provider.provider.AccessToken.find(value)
      return token && { jkt: token.jkt, subject: [token.accountId, token.aud].flat().join(' ') }
    })
    const call = (of: string | undefined) => async (req: Express.Request) => {
      const client = of === undefined ? req.oauthClient : req.oauthClient.for({ resource: of })
      return (await client.get<{ subject: string }>('me')).data
    }
    app = await startStrictApplication(provider, {
      entry: () => ({
        apiBaseUrl: api.baseUrl,
        dpop: true,
        requestObject: true,
        resource: [mail, files],
        backchannelLogout: true,
        scope: ['openid', 'profile', 'read'],
      }),
      metadata: (url) => ({
        dpop_bound_access_tokens: true,
        grant_types: ['authorization_code', 'refresh_token', deviceCode],
        post_logout_redirect_uris: [`${url}/auth/logout/callback`],
        backchannel_logout_uri: `${url}/auth/corp/backchannel-logout`,
        backchannel_logout_session_required: true,
      }),
      options: { tokenStore: memoryTokenStore() },
      handlers: {
        '/': (_req, res) => {
          res.setHeader('content-type', 'text/html')
          res.end(
            '<!doctype html><title>Application</title><form method="post" action="/auth/logout"><button name="provider" value="true">Leave</button></form>',
          )
        },
        '/mail': async (req, res) => {
          sendJson(res, await call(undefined)(req))
        },
        '/files': async (req, res) => {
          sendJson(res, await call(files)(req))
        },
        '/refresh': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendJson(res, await call(undefined)(req))
        },
      },
    })
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await app.close()
    await provider.close()
    await api.close()
  })

  const json = async (page: Page, path: string): Promise<unknown> => JSON.parse((await (await page.goto(app.url + path))?.text()) ?? 'null')

  test('a session begins, calls two APIs, refreshes, and ends at the application and at the provider', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${app.url}/auth/corp?returnTo=/me`)
    await page.waitForURL(`${app.url}/me`)
    expect(await json(page, '/me')).toMatchObject({ id: 'ada-id', name: 'Ada Example' })
    expect(await json(page, '/mail')).toEqual({ subject: `ada-id ${mail}` })
    expect(await json(page, '/files')).toEqual({ subject: `ada-id ${files}` })
    expect(await json(page, '/refresh')).toEqual({ subject: `ada-id ${mail}` })
    expect(await json(page, '/files')).toEqual({ subject: `ada-id ${files}` })
    await page.goto(app.url)
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.waitForURL((url) => url.origin === provider.issuer)
    await page.getByRole('button', { name: 'Yes, sign me out' }).click()
    await page.waitForURL(`${app.url}/`)
    expect(await json(page, '/me')).toBeNull()
    await context.close()
  }, 60_000)

  test('a sign-out at the provider ends the session here, by a logout token', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${app.url}/auth/corp?returnTo=/me`)
    await page.waitForURL(`${app.url}/me`)
    expect(await json(page, '/me')).toMatchObject({ id: 'ada-id' })
    await page.goto(`${provider.issuer}/session/end`)
    await page.getByRole('button', { name: 'Yes, sign me out' }).click()
    const end = Date.now() + 10_000
    while ((await json(page, '/me')) !== null) expect(Date.now()).toBeLessThan(end)
    await context.close()
  }, 60_000)

  test('a command-line tool signs in with a code that is typed here', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const { user, client } = await app.router.device('corp', {
      async onCode({ verificationUriComplete = '' }) {
        await page.goto(verificationUriComplete)
        await page.getByRole('button', { name: 'Continue' }).click()
      },
    })
    expect(user.id).toBe('ada-id')
    expect((await client.get<{ subject: string }>('me')).data.subject).toBe(`ada-id ${mail}`)
    await context.close()
  }, 60_000)

  test('every proof was right but for the nonces that had to be learned', () => {
    expect(api.judged.map(({ refusal }) => refusal).filter((refusal) => refusal !== '' && refusal !== 'use_dpop_nonce')).toEqual([])
    const authorizations = provider.calls('/auth')
    expect(authorizations.length).toBeGreaterThan(0)
    for (const { query } of authorizations) expect(Object.keys(query).sort()).toEqual(['client_id', 'request_uri'])
  })
})
