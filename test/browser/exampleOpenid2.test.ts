import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startExampleServer, temporaryDatabase, type ExampleServer } from '../cluster/exampleServer.js'
import { describeWith } from '../support/parts.js'
import { launchChromium } from './chromium.js'

/** Somebody in a browser who signs in to the example application with OpenID 2.0: at its provider's page, and back by a posted answer. */

describeWith('chromium', 'OpenID 2.0 in the example application', () => {
  let example: ExampleServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
    example = await startExampleServer({ DATABASE_FILE: temporaryDatabase() })
  }, 180_000)
  afterAll(async () => {
    await Promise.all([browser.close(), example.stop()])
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 40')) problems.push(message.text())
    })
  })
  afterEach(async () => {
    await context.close()
    expect(problems.splice(0)).toEqual([])
  })

  async function toProvider(url = `${example.url}/auth`): Promise<void> {
    await page.goto(url)
    await page.getByRole('link', { name: 'Continue with Example Town' }).click()
    await page.getByRole('heading', { name: 'Sign in to' }).waitFor()
    expect(new URL(page.url()).origin).not.toBe(example.url)
  }

  test('signs a person in, shows what their provider says, and signs them out', async () => {
    await toProvider()
    for (const wish of ['see your name', 'see your e-mail address', 'see your picture'])
      await page.getByText(wish, { exact: true }).waitFor()
    const requests: string[] = []
    page.on('request', (request) => {
      if (request.isNavigationRequest()) requests.push(`${request.method()} ${new URL(request.url()).pathname}`)
    })
    await page.getByRole('button', { name: /Ada Example/ }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    expect(page.url()).toBe(`${example.url}/`)
    // The answer is too long for an address: a form brings it.
    expect(requests).toContain('POST /auth/openid2/callback')
    await page.getByText('ada@example.com').waitFor()
    await page.getByText('not verified').waitFor()
    const picture = page.getByRole('img', { name: 'Picture of Ada Example' })
    await page.waitForFunction((image) => (image as { naturalWidth?: number } | null)?.naturalWidth, await picture.elementHandle())

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect((await context.cookies(example.url)).filter(({ name }) => name.startsWith('ar.'))).toEqual([])
  })

  test('says that there is no API, and shows everything else', async () => {
    await toProvider(`${example.url}/auth?returnTo=/your-data`)
    await page.getByRole('button', { name: /Grace/ }).click()
    const session = page.getByRole('region', { name: 'Session with Example Town' })
    await session
      .getByRole('cell', { name: /\/people\/grace$/ })
      .first()
      .waitFor()
    await session.getByRole('cell', { name: 'to no API' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Dashboard' }).click()
    expect(await page.getByText('Example Town gives no access to an API').count()).toBe(2)

    await page.getByRole('navigation').getByRole('link', { name: 'Projects' }).click()
    await page.getByText('Example Town gives no access to an API').waitFor()
    await page.getByRole('link', { name: 'Use another account' }).click()
    await page.getByRole('button', { name: 'Add an account of Example ID' }).click()
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.getByRole('button', { name: 'Use Example ID, Grace Sample' }).click()
    await page.getByRole('navigation').getByRole('link', { name: 'Projects' }).click()
    await page.getByRole('article').first().waitFor()
  })

  test('is added to somebody who is signed in, and is theirs at the next sign-in', async () => {
    await page.goto(`${example.url}/auth`)
    await page.getByRole('link', { name: 'Continue with Example Hub' }).click()
    await page.getByRole('button', { name: /Linus/ }).click()
    await page.goto(`${example.url}/accounts`)
    await page.getByRole('button', { name: 'Add an account of Example Town' }).click()
    await page.getByRole('button', { name: /Linus/ }).click()
    await page.waitForURL(`${example.url}/accounts`)
    await page.getByRole('button', { name: 'Remove Example Town, Linus Muster' }).waitFor()

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await toProvider(`${example.url}/auth?returnTo=/accounts`)
    await page.getByRole('button', { name: /Linus/ }).click()
    await page.getByRole('button', { name: /Connect Example Hub/ }).waitFor()
  })

  test('shows a way to start again to who cancels', async () => {
    await toProvider()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('access_denied').waitFor()
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: /Ada/ }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
  })

  test('needs no script', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    page = await plain.newPage()
    await toProvider()
    await page.getByRole('button', { name: /Ada/ }).click()
    // The provider's page, and the application's: it takes an answer that was posted from another site once more from its own.
    await page.getByRole('heading', { name: 'Going back' }).waitFor()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Finishing sign-in' }).waitFor()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    await plain.close()
  })
})
