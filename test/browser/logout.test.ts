import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser } from 'playwright-core'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { authRouter } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { testSecret } from '../support/application.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { describeWith } from '../support/parts.js'
import { clientId, clientSecret, startSigningProvider } from '../support/signingProvider.js'
import { launchChromium } from './chromium.js'

/** Logout in a real browser, with the provider on another site than the application (127.0.0.1 and localhost are two). */

interface Site {
  url: string
  close: () => Promise<void>
}

/** An application on localhost, with a page that has a button to sign out. */
async function startApplication(entryAt: (url: string) => Record<string, unknown>): Promise<Site> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  const server = await listen((req, res) => {
    app(req, res)
  })
  const url = server.url.replace('127.0.0.1', 'localhost')
  const router = authRouter({
    secret: testSecret,
    baseUrl: url,
    logger: false,
    tokenStore: memoryTokenStore(),
    providers: { corp: entryAt(url) },
  })
  const page = (text: string) => (_req: IncomingMessage, res: ServerResponse) => {
    res.setHeader('content-type', 'text/html')
    res.end(`<!doctype html><title>Application</title>${text}`)
  }
  app = hosts['Express 5']({
    router,
    handlers: {
      '/': page('<form method="post" action="/auth/logout?returnTo=/bye"><button name="provider" value="true">Leave</button></form>'),
      '/bye': page('<h1>Goodbye</h1>'),
      '/me': (req, res) => {
        sendJson(res, { name: req.authUser?.name ?? null })
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

describeWith('chromium', 'In Chromium', () => {
  let browser: Browser
  let openid: OpenidProvider
  beforeAll(async () => {
    ;[browser, openid] = await Promise.all([launchChromium(), startOpenidProvider()])
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await openid.close()
  })

  test('the button signs out here and at the provider, and the browser comes back', async () => {
    const app = await startApplication((url) => {
      openid.registerClient({
        clientId,
        clientSecret,
        redirectUris: [`${url}/auth/corp/callback`],
        postLogoutRedirectUris: [`${url}/auth/logout/callback`],
      })
      return { protocol: 'oidc', issuer: openid.issuer, clientId, clientSecret }
    })
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const name = async (): Promise<string> => (await (await page.goto(`${app.url}/me`))?.text()) ?? ''
      await page.goto(`${app.url}/auth/corp`)
      await page.getByRole('button', { name: /Ada/ }).click()
      await page.waitForURL(`${app.url}/`)
      expect(await name()).toBe('{"name":"Ada Example"}')
      await page.goto(app.url)
      await page.getByRole('button', { name: 'Leave' }).click()
      await page.waitForURL((url) => url.origin === openid.issuer)
      // Signed out here already, before the provider is told.
      const other = await context.newPage()
      expect(await (await other.goto(`${app.url}/me`))?.text()).toBe('{"name":null}')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${app.url}/bye`)
      expect(await page.textContent('h1')).toBe('Goodbye')
      expect(await context.cookies(app.url)).toEqual([])
      // The provider has forgotten the user, too: nobody is left to sign out.
      await page.goto(openid.endSessionEndpoint)
      expect(await page.getByText('You are signed out').isVisible()).toBe(true)
    } finally {
      await context.close()
      await app.close()
    }
  }, 60_000)

  test('a frame on the page of the provider signs out here, and shows there and nowhere else', async () => {
    const provider = await startSigningProvider()
    const app = await startApplication(() => ({
      protocol: 'oidc',
      issuer: provider.issuer,
      clientId,
      clientSecret,
      frontchannelLogout: true,
    }))
    const frame = `${app.url}/auth/corp/frontchannel-logout?${new URLSearchParams({ iss: provider.issuer, sid: 'session-1' }).toString()}`
    const foreign = await listen((_req, res) => {
      res.setHeader('content-type', 'text/html')
      res.end(`<!doctype html><title>Somebody</title><iframe src="${frame}"></iframe>`)
    })
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const refused: string[] = []
      page.on('console', (message) => refused.push(message.text()))
      await page.goto(`${app.url}/auth/corp`)
      await page.waitForURL(`${app.url}/`)
      provider.page = `<!doctype html><title>Provider</title><iframe src="${frame}"></iframe>`
      await page.goto(`${provider.issuer}/page`, { waitUntil: 'load' })
      expect(await page.frames()[1]?.title()).toBe('Signed out')
      expect(refused.join()).not.toContain('frame-ancestors')
      expect(await (await page.goto(`${app.url}/me`))?.text()).toBe('{"name":null}')
      await page.goto(foreign.url, { waitUntil: 'load' })
      expect(refused.join()).toContain('frame-ancestors')
    } finally {
      await context.close()
      await app.close()
      await foreign.close()
      await provider.close()
    }
  }, 60_000)
})
