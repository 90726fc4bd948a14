import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser } from 'playwright-core'
import { authRouter } from '../../middleware/index.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { describeWith } from '../support/parts.js'
import { launchChromium } from './chromium.js'

/** The forms that ask which shop, in a real browser: on the sign-in page, and where a link named none. */

describeWith('chromium', 'a user who chooses a shop', () => {
  let browser: Browser
  const open: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser.close()
    await Promise.all(open.map((close) => close()))
  })

  async function startApplication(): Promise<string> {
    // The provider is the same server on another site, and signs everybody in at once.
    const provider = await listen((req, res) => {
      const url = new URL(req.url ?? '/', 'http://127.0.0.1')
      const [, , route] = url.pathname.split('/')
      if (route === 'token') sendJson(res, { access_token: 'token', token_type: 'Bearer' })
      else if (route === 'me') sendJson(res, { id: '7', name: 'Ada Example' })
      else {
        const answer = new URLSearchParams({ code: 'c', state: url.searchParams.get('state') ?? '' })
        res.writeHead(302, { location: `${url.searchParams.get('redirect_uri') ?? ''}?${answer.toString()}` }).end()
      }
    })
    let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
    const server = await listen((req, res) => {
      app(req, res)
    })
    open.push(provider.close, server.close)
    const url = server.url.replace('127.0.0.1', 'localhost')
    const router = authRouter({
      secret: 'a secret of the tests, long enough to seal',
      baseUrl: url,
      logger: false,
      providers: {
        shops: {
          protocol: 'oauth2',
          parameters: { shop: { description: 'Name of the shop', kind: 'segment' } },
          ask: ['shop'],
          authorizationEndpoint: `${provider.url}/{shop}/authorize`,
          tokenEndpoint: `${provider.url}/{shop}/token`,
          userinfoEndpoint: `${provider.url}/{shop}/me`,
          clientId: 'a',
          clientSecret: 'b',
          profile: { id: 'id', name: 'name' },
        },
      },
    })
    app = hosts['Express 5']({
      router,
      handlers: {
        '/me': (req, res) => {
          sendJson(res, { key: req.authUser?.key, path: req.url })
        },
      },
    })
    return url
  }

  test('types it on the sign-in page, and is signed in to it', async () => {
    const app = await startApplication()
    const page = await browser.newPage()
    await page.goto(`${app}/auth?returnTo=%2Fme`)
    await page.getByLabel('Name of the shop').fill('acme')
    await page.getByRole('button', { name: 'Continue with Shops' }).click()
    await page.waitForURL(`${app}/me`)
    expect(JSON.parse(await page.innerText('body'))).toMatchObject({ key: expect.stringMatching(/^shops@.*\/acme\$7$/) })
  })

  test('is asked by a link that names none, told what cannot be, and signed in to what can', async () => {
    const app = await startApplication()
    const page = await browser.newPage()
    await page.goto(`${app}/auth/shops?returnTo=%2Fme`)
    await page.getByRole('button', { name: 'Continue' }).click()
    expect(page.url()).toContain('/auth/shops')

    await page.getByLabel('Name of the shop').fill('evil.example')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Name of the shop').inputValue()).toBe('evil.example')

    await page.getByLabel('Name of the shop').fill('acme')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${app}/me`)
    expect(JSON.parse(await page.innerText('body'))).toMatchObject({ key: expect.stringMatching(/^shops@.*\/acme\$7$/) })
  })
})
