import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { describeWith } from '../support/parts.js'
import { launchChromium } from './chromium.js'
import { startExample, type ExampleProcess } from './exampleProcess.js'

/** A person in a browser, through the example application as the README starts it. */

const titles = ['Example ID', 'Example Hub', 'Example Bird']

describeWith('chromium', 'The example application', () => {
  let example: ExampleProcess
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    // First, so that nothing runs on where there is none.
    browser = await launchChromium()
    example = await startExample()
  }, 180_000)
  afterAll(async () => {
    await Promise.all([browser.close(), example.stop()])
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await newTab()
  })
  afterEach(async () => {
    await context.close()
    expect(problems.splice(0)).toEqual([])
  })

  async function newTab(): Promise<Page> {
    const tab = await context.newPage()
    tab.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 40')) problems.push(message.text())
    })
    tab.on('pageerror', (error) => {
      problems.push(error.message)
    })
    return tab
  }

  /** From the first page over the sign-in page to the provider's own. */
  async function toProvider(tab: Page, title: string): Promise<void> {
    await tab.goto(example.url)
    await tab.getByRole('link', { name: 'Sign in' }).click()
    await tab.getByRole('link', { name: `Continue with ${title}` }).click()
    await tab.getByRole('button', { name: /Ada Example/ }).waitFor()
    expect(new URL(tab.url()).origin).not.toBe(example.url)
  }

  test.each(titles)('signs a person in with %s, shows them, fetches their data, and signs them out', async (title) => {
    await toProvider(page, title)
    await page.getByRole('button', { name: /Ada Example/ }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    expect(page.url()).toBe(`${example.url}/`)
    await page.getByText('ada@example.com').waitFor()
    await page.getByText(title, { exact: true }).waitFor()
    const picture = page.getByRole('img', { name: 'Picture of Ada Example' })
    await page.waitForFunction((image) => (image as { naturalWidth?: number } | null)?.naturalWidth, await picture.elementHandle())

    await page.getByRole('navigation').getByRole('link', { name: 'Projects' }).click()
    await page.getByRole('article').first().waitFor()
    expect(await page.getByRole('article').count()).toBeGreaterThanOrEqual(3)

    await page.getByRole('navigation').getByRole('link', { name: 'Your data' }).click()
    await page.getByRole('cell', { name: 'Ada Example', exact: true }).first().waitFor()
    const cookies = await context.cookies(example.url)
    for (const { httpOnly, sameSite, name } of cookies.filter((cookie) => cookie.name.startsWith('ar.')))
      expect({ name, httpOnly, sameSite }).toEqual({ name, httpOnly: true, sameSite: 'Lax' })
    expect(cookies.map(({ name }) => name).filter((name) => name.startsWith('ar.tx'))).toEqual([])

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect((await context.cookies(example.url)).filter(({ name }) => name.startsWith('ar.'))).toEqual([])
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test.each(titles)('shows a way to start again to who cancels at %s', async (title) => {
    await toProvider(page, title)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('access_denied').waitFor()
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.getByRole('heading', { name: 'Hello Grace' }).waitFor()
  })

  test('lets two tabs that started together both finish, the second one first', async () => {
    const other = await newTab()
    await toProvider(page, 'Example ID')
    await toProvider(other, 'Example Bird')
    await other.getByRole('button', { name: /Ada Example/ }).click()
    await other.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.getByRole('heading', { name: 'Hello Grace' }).waitFor()
  })

  test('brings a person who opened a protected page back to it', async () => {
    await page.goto(`${example.url}/projects`)
    await page.getByRole('link', { name: /Example Hub/ }).click()
    await page.getByRole('button', { name: /Ada Example/ }).click()
    await page.getByRole('heading', { name: 'Projects' }).waitFor()
    expect(page.url()).toBe(`${example.url}/projects`)
  })

  test('keeps a person signed in who loads the page again', async () => {
    await toProvider(page, 'Example ID')
    await page.getByRole('button', { name: /Ada Example/ }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
  })

  test('tells a program that it has to sign in', async () => {
    const response = await fetch(`${example.url}/api/projects`, { headers: { accept: 'application/json' } })
    expect({ status: response.status, body: (await response.json()) as unknown }).toMatchObject({
      status: 401,
      body: { error: 'login_required' },
    })
  })
})
