import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import Database from 'libsql'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startExampleServer, temporaryDatabase, type ExampleServer } from '../cluster/exampleServer.js'
import { describeWith } from '../support/parts.js'
import { launchChromium } from './chromium.js'

/** Somebody with several accounts in a browser, and what the database of the example application has of them. */

describeWith('chromium', 'Accounts in the example application', () => {
  const file = temporaryDatabase()
  let example: ExampleServer
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
    example = await startExampleServer({ DATABASE_FILE: file })
  }, 180_000)
  afterAll(async () => {
    await Promise.all([browser.close(), example.stop()])
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(async () => {
    await context.close()
  })

  function rows(sql: string): unknown[] {
    const database = new Database(file)
    const found = database.prepare(sql).all()
    database.close()
    return found
  }
  const keys = (): unknown[] => rows('SELECT key FROM identities ORDER BY key').map((row) => (row as { key: unknown }).key)

  async function signIn(title: string, person: RegExp, tab = page): Promise<void> {
    await tab.goto(`${example.url}/auth`)
    await tab.getByRole('link', { name: `Continue with ${title}` }).click()
    await tab.getByRole('button', { name: person }).click()
    await tab.getByRole('heading', { name: 'Hello' }).waitFor()
  }

  async function add(title: string, button: RegExp | string): Promise<void> {
    await page.goto(`${example.url}/accounts`)
    await page.getByRole('button', { name: `Add an account of ${title}` }).click()
    await page.getByRole('button', { name: button }).click()
  }

  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }

  async function userId(): Promise<string> {
    await page.goto(`${example.url}/your-data`)
    return page.getByRole('region', { name: 'You', exact: true }).getByRole('row', { name: /^id/ }).innerText()
  }

  async function deleteAccount(): Promise<void> {
    await page.goto(`${example.url}/your-data`)
    await page.getByRole('link', { name: 'Delete my account' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor()
  }

  test('a user adds an account of another protocol, sees both APIs on one page, and is the same user with either', async () => {
    await signIn('Example ID', /Ada/)
    const id = await userId()
    await add('Example Bird', /Ada/)
    await page.waitForURL(`${example.url}/accounts`)
    expect(keys()).toEqual(['oauth1$ada-id', 'openid$ada-id'])

    await page.goto(`${example.url}/dashboard`)
    for (const title of ['Example ID', 'Example Bird']) await page.getByRole('heading', { name: `${title} (Ada Example)` }).waitFor()
    expect(await page.getByText('200', { exact: true }).count()).toBe(4)

    await page.goto(`${example.url}/accounts`)
    await page.getByRole('button', { name: 'Use Example Bird, Ada Example' }).click()
    const bird = page.getByRole('listitem').filter({ has: page.getByRole('button', { name: 'Remove Example Bird, Ada Example' }) })
    await bird.getByText('current').waitFor()

    await signOut()
    await signIn('Example Bird', /Ada/)
    expect(await userId()).toBe(id)
    expect(rows('SELECT id FROM users')).toHaveLength(1)

    // The other account is theirs, and its API is called again once it is connected.
    await page.goto(`${example.url}/accounts`)
    await page.getByRole('button', { name: /Connect Example ID/ }).click()
    await page.getByRole('button', { name: /Ada/ }).click()
    await page.getByRole('button', { name: 'Remove Example ID, Ada Example' }).click()
    await page.getByText('To remove this account, add another one first').waitFor()
    expect(keys()).toEqual(['oauth1$ada-id'])
    await deleteAccount()
  })

  test('who cancels while adding an account reads why nothing was added, and may start again as the same user', async () => {
    await signIn('Example ID', /Grace/)
    const id = await userId()
    await add('Example Hub', 'Cancel')
    await page.getByText('access_denied').waitFor()
    expect(keys()).toEqual(['openid$grace-id'])
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: /Grace/ }).click()
    await page.waitForURL(`${example.url}/accounts`)
    expect(keys()).toEqual(['oauth2$grace-id', 'openid$grace-id'])
    expect(await userId()).toBe(id)
    await deleteAccount()
  })

  test("an account that is another user's stays theirs, and a message says so", async () => {
    await signIn('Example Hub', /Linus/)
    await signOut()
    await signIn('Example ID', /Ada/)
    const id = await userId()
    await add('Example Hub', /Linus/)
    await page.getByText('This account belongs to another user here').waitFor()
    await page.getByRole('link', { name: 'Back to the home page' }).click()
    await page.getByRole('heading', { name: 'Hello Ada' }).waitFor()
    expect(await userId()).toBe(id)
    expect(rows("SELECT user_id FROM identities WHERE key = 'oauth2$linus-id'")).not.toEqual([{ user_id: id }])
    await deleteAccount()
    await signIn('Example Hub', /Linus/)
    await deleteAccount()
  })

  test('the first user is the administrator, and nobody else', async () => {
    await signIn('Example ID', /Grace/)
    const other = await (await browser.newContext()).newPage()
    await signIn('Example ID', /Linus/, other)
    expect((await other.goto(`${example.url}/admin`))?.status()).toBe(403)
    expect(await other.getByText('Members').count()).toBe(0)
    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('region', { name: 'Administrator' }).getByText('Grace Sample').waitFor()
    await page.getByRole('region', { name: 'Members' }).getByText('Linus Muster').waitFor()
    await deleteAccount()
    // Who was second is the first of those that are left.
    await other.goto(`${example.url}/admin`)
    await other.getByRole('region', { name: 'Administrator' }).getByText('Linus Muster').waitFor()
    await other.context().close()
  })

  test('who deletes their data is gone from the database, and signed out in every browser', async () => {
    await signIn('Example ID', /Ada/)
    await add('Example Bird', /Ada/)
    const other = await (await browser.newContext()).newPage()
    await signIn('Example Bird', /Ada/, other)

    // Another site's form deletes nothing.
    const forged = await context.request.post(`${example.url}/your-data/delete`, {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    })
    expect(forged.status()).toBe(403)
    expect(rows("SELECT name FROM users WHERE name LIKE 'Ada%'")).toHaveLength(1)

    await deleteAccount()
    expect(rows("SELECT name FROM users WHERE name LIKE 'Ada%'")).toEqual([])
    expect(keys()).not.toContain('openid$ada-id')
    expect(keys()).not.toContain('oauth1$ada-id')
    await page.goto(`${example.url}/your-data`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await other.goto(`${example.url}/your-data`)
    await other.getByRole('heading', { name: 'Sign in' }).waitFor()
    await other.context().close()
  })

  test('signing out everywhere ends the sessions of all browsers', async () => {
    await signIn('Example ID', /Ada/)
    const other = await (await browser.newContext()).newPage()
    await signIn('Example ID', /Ada/, other)
    await page.goto(`${example.url}/your-data`)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    await other.goto(example.url)
    await other.getByRole('link', { name: 'Sign in' }).waitFor()
    await other.context().close()
  })

  test.each([
    ['light', 1280],
    ['light', 390],
    ['dark', 1280],
    ['dark', 390],
  ] as const)('no page has a defect that axe finds, or is wider than its window: %s, %i pixels', async (colorScheme, width) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    const look = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true }
    const visit = await browser.newContext(look)
    const tab = await visit.newPage()
    const violations: unknown[] = []
    const check = async (path: string): Promise<void> => {
      await tab.goto(example.url + path)
      await tab.evaluate(axe)
      const found = await tab.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))',
      )
      violations.push(...(found as unknown[]).map((violation) => [path, violation]))
      const surplus = await tab.evaluate('document.documentElement.scrollWidth - innerWidth')
      if (Number(surplus) > 0) violations.push([path, 'wider than its window', surplus])
    }
    for (const path of ['/', '/auth', '/nowhere', '/goodbye']) await check(path)
    await signIn('Example ID', /Linus/, tab)
    for (const path of ['/', '/dashboard', '/projects', '/accounts', '/your-data', '/your-data/delete', '/admin', '/auth'])
      await check(path)
    await visit.close()
    expect(violations).toEqual([])
  })
})
