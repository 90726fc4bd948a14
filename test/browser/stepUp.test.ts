import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { authRouter, requireLogin } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { listen } from '../support/hosts.js'
import { describeWith } from '../support/parts.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'
import { launchChromium } from './chromium.js'

/** Step-ups in a real browser, with the provider on another site than the application (127.0.0.1 and localhost are two). */

let provider: StepUpProvider
let browser: Browser
let url: string
let close: () => Promise<void>

describeWith('chromium', 'A step-up', () => {
  beforeAll(async () => {
    browser = await launchChromium()
    provider = await startStepUpProvider()
    let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
    const server = await listen((req, res) => {
      app(req, res)
    })
    url = server.url.replace('127.0.0.1', 'localhost')
    const router = authRouter({
      secret: testSecret,
      baseUrl: url,
      logger: false,
      providers: { corp: { ...provider.entry(`${url}/auth/corp/callback`), thirdPartyInitiated: true } },
    })
    const application = express()
    application.use(router)
    application.get('/files', requireLogin({ scope: ['read'] }), (req, res) => {
      res.send(`files of ${req.authUser?.name ?? ''} ${String(req.query['folder'])}: ${req.oauthClient.credentials.scope ?? ''}`)
    })
    application.get('/transfer', (_req, res) => {
      res.send('<form method="post" action="/gold"><input name="amount" value="7"><button>Send</button></form>')
    })
    application.post('/gold', requireLogin({ acr: 'gold' }), (_req, res) => {
      res.send('sent')
    })
    application.get('/who', (req, res) => {
      res.send(req.authUser?.name ?? 'nobody')
    })
    application.get('/script', (_req, res) => {
      res.send(`<script>fetch('/gold-data').then((answer) => answer.json()).then((body) => {
        if (body.location) window.location.href = body.location; else document.body.append(body.text) })</script>`)
    })
    application.get('/gold-data', requireLogin({ acr: 'gold' }), (_req, res) => {
      res.json({ text: 'for gold' })
    })
    app = application
    close = async () => {
      await router.close()
      await server.close()
    }
  })
  afterAll(async () => {
    await browser.close()
    await close()
    await provider.close()
  })

  async function signedIn(): Promise<Page> {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${url}/auth/corp?returnTo=/who`)
    expect(await page.innerText('body')).toBe('Person ada')
    return page
  }

  test('for a scope comes back to the very page, and what was granted stays granted', async () => {
    const page = await signedIn()
    await page.goto(`${url}/files?folder=1`)
    expect(page.url()).toBe(`${url}/files?folder=1`)
    expect(await page.innerText('body')).toBe('files of Person ada 1: openid profile read')
    await page.context().close()
  })

  test('for a form ends at a page that leads back to the form, which is sent the second time', async () => {
    const page = await signedIn()
    await page.goto(`${url}/transfer`)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForURL(`${url}/auth/corp/confirmed?returnTo=%2Ftransfer`)
    expect(await page.innerText('h1')).toBe('Sign-in confirmed')
    expect(await page.locator('p').innerText()).toContain('Your form was not sent.')
    const folder = process.env['STEP_UP_SCREENSHOTS']
    if (folder !== undefined) await photograph(page, folder)
    await page.getByRole('link', { name: 'Back to the form' }).click()
    expect(page.url()).toBe(`${url}/transfer`)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForURL(`${url}/gold`)
    expect(await page.innerText('body')).toBe('sent')
    await page.context().close()
  })

  test('for a script takes the page to the provider and back', async () => {
    const page = await signedIn()
    await page.goto(`${url}/script`)
    await page.getByText('for gold').waitFor()
    expect(page.url()).toBe(`${url}/script`)
    await page.context().close()
  })

  test('A silent login brings whom the provider knows, and leaves everybody else as they are', async () => {
    const page = await signedIn()
    await page.context().clearCookies({ domain: 'localhost' })
    provider.person = undefined
    await page.goto(`${url}/auth/corp?prompt=none&returnTo=/who`)
    expect(await page.innerText('body')).toBe('Person ada')
    await page.context().clearCookies()
    await page.goto(`${url}/auth/corp?prompt=none&returnTo=/who`)
    expect(await page.innerText('body')).toBe('nobody')
    provider.person = 'ada'
    await page.context().close()
  })

  test('Another site starts a login by a form or a link, and the user is signed in', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const list = provider.issuer
    await page.route(`${list}/list`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${url}/auth/corp"><input type="hidden" name="iss" value="${list}">
          <input type="hidden" name="target_link_uri" value="${url}/who"><button>Open</button></form>
          <a href="${url}/auth/corp?iss=${encodeURIComponent(list)}&target_link_uri=${encodeURIComponent(`${url}/who?link`)}">Link</a>`,
      }),
    )
    for (const open of ['button', 'a']) {
      await context.clearCookies({ domain: 'localhost' })
      await page.goto(`${list}/list`)
      await page.locator(open).click()
      await page.waitForURL(`${url}/who${open === 'a' ? '?link' : ''}`)
      expect(await page.innerText('body')).toBe('Person ada')
    }
    await context.close()
  })
})

async function photograph(page: Page, folder: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1200]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 700 })
      await page.screenshot({ path: join(folder, `not-sent-${colorScheme}-${String(width)}.png`) })
    }
  }
}
