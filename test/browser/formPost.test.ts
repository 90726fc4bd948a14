import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, BrowserContext } from 'playwright-core'
import { setTimeout as sleep } from 'node:timers/promises'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { describeWith } from '../support/parts.js'
import { rounds } from '../support/rounds.js'
import { launchChromium } from './chromium.js'

/**
 * A provider that answers by `response_mode=form_post`, on another site than the application (127.0.0.1 and localhost are two), in a real
 * browser: Lax cookies stay at home on its POST.
 */

interface Site {
  url: string
  close: () => Promise<void>
}

let provider: Site
let browser: Browser
let tokenCalls = 0

async function startProvider(): Promise<Site> {
  return listen((req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/authorize') sendForm(res, url.searchParams)
    else if (url.pathname === '/token') {
      tokenCalls++
      sendJson(res, { access_token: `token-${String(tokenCalls)}`, token_type: 'Bearer' })
    } else sendJson(res, { id: '7', name: 'Ada Example' })
  })
}

/** A page that posts the answer once its button is pressed, as a person would who took their time. */
function sendForm(res: ServerResponse, asked: URLSearchParams): void {
  res.setHeader('content-type', 'text/html')
  res.end(`<!doctype html><title>Provider</title><form method="post" action="${asked.get('redirect_uri') ?? ''}">
    <input type="hidden" name="code" value="the-code"><input type="hidden" name="state" value="${asked.get('state') ?? ''}"><button>Allow</button></form>`)
}

async function startApplication(options: Partial<AuthRouterOptions> = {}): Promise<Site> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const server = await listen((req, res) => {
    app(req, res)
  })
  const url = server.url.replace('127.0.0.1', 'localhost')
  const router = authRouter({
    secret: 'a secret of the tests, long enough to seal',
    baseUrl: url,
    logger: false,
    ...options,
    providers: {
      poster: {
        protocol: 'oauth2',
        responseMode: 'form_post',
        authorizationEndpoint: `${provider.url}/authorize`,
        tokenEndpoint: `${provider.url}/token`,
        userinfoEndpoint: `${provider.url}/me`,
        apiBaseUrl: `${provider.url}/`,
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
        sendJson(res, { name: req.authUser?.name, path: req.url })
      },
    },
  })
  return {
    url,
    close: async () => {
      await router.close()
      await server.close()
    },
  }
}

describeWith('chromium', 'An answer by form_post', () => {
  beforeAll(async () => {
    // First, so that nothing runs on where there is none.
    browser = await launchChromium()
    provider = await startProvider()
  })
  afterAll(async () => {
    await browser.close()
    await provider.close()
  })

  async function signIn(context: BrowserContext, app: Site, returnTo: string, wait: () => Promise<void>): Promise<string> {
    const page = await context.newPage()
    await page.goto(`${app.url}/auth/poster?returnTo=${returnTo}`)
    await wait()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL((url) => url.pathname === returnTo)
    return page.locator('body').innerText()
  }

  const later = rounds({ short: 2_000, long: 185_000 })

  test(`signs in at once, in several tabs, and ${later / 1000} seconds later`, async () => {
    const app = await startApplication()
    const context = await browser.newContext()
    const late = await browser.newContext()
    const before = tokenCalls
    const muchLater = signIn(late, app, '/me', () => sleep(later))
    expect(await signIn(context, app, '/me', () => Promise.resolve())).toContain('Ada Example')
    for (const text of await Promise.all([1, 2, 3].map(() => signIn(context, app, '/me', () => Promise.resolve()))))
      expect(text).toContain('Ada Example')
    expect(await muchLater).toContain('Ada Example')
    expect(tokenCalls).toBe(before + 5)
    await Promise.all([context.close(), late.close()])
    await app.close()
  })

  test('signs in with a token store, and the session that was there before gets a new id', async () => {
    const app = await startApplication({ tokenStore: memoryTokenStore() })
    const context = await browser.newContext()
    await signIn(context, app, '/me', () => Promise.resolve())
    const first = (await context.cookies()).find(({ name }) => name === 'ar.session')?.value
    expect(await signIn(context, app, '/me', () => Promise.resolve())).toContain('Ada Example')
    const cookies = await context.cookies()
    expect(cookies.find(({ name }) => name === 'ar.session')?.value).not.toBe(first)
    expect(cookies.map(({ sameSite, httpOnly }) => [sameSite, httpOnly])).toEqual(cookies.map(() => ['Lax', true]))
    await context.close()
    await app.close()
  })
})
