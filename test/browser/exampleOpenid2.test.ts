import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { describeWith } from '../support/parts.js'
import { launchChromium } from './chromium.js'
import { startExample, type ExampleProcess } from './exampleProcess.js'

describeWith('chromium', 'The example application, with OpenID 2.0', () => {
  let example: ExampleProcess
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
    example = await startExample()
  }, 180_000)
  afterAll(async () => {
    await Promise.all([browser.close(), example.stop()])
  })

  async function signIn(page: Page): Promise<void> {
    await page.goto(example.url)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Continue with Example Town' }).click()
    await page.getByRole('button', { name: /Ada Example/ }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
  }

  test('signs a user in, says that there is no API, and signs them out', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await signIn(page)
    expect(page.url()).toBe(`${example.url}/`)
    await page.getByText('ada@example.com').waitFor()
    await page.getByText('not verified').waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Dashboard' }).click()
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
    await page.getByText('Example Town').first().waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Accounts' }).click()
    await page.getByRole('heading', { name: 'Accounts' }).waitFor()

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect((await context.cookies(example.url)).filter(({ name }) => name.startsWith('ar.'))).toEqual([])
    expect(problems).toEqual([])
    await context.close()
  })

  test('shows a way to start again to who cancels', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(example.url)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Continue with Example Town' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('access_denied').waitFor()
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.getByRole('heading', { name: 'Hello Grace' }).waitFor()
    await context.close()
  })
})
