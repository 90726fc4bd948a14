import { expect } from '@jest/globals'
import { createBrowser, type Browser, type Page } from '../support/browser.js'

/** What a visitor of a guide's application sees, in order. */
export interface Visit {
  stranger: string
  /** Whether the page behind the sign-in sends a stranger away. */
  guarded: boolean
  signedIn: string
  data: unknown
  signedOut: string
  guardedAgain: boolean
}

/** What every guide's application shows Ada, before and after. */
export const everything: Visit = {
  stranger: 'Sign in',
  guarded: true,
  signedIn: 'Hello Ada Example Sign out',
  data: expect.arrayContaining([expect.objectContaining({ name: 'analytical-notes' })]),
  signedOut: 'Sign in',
  guardedAgain: true,
}

/**
 * Greets as a stranger, signs in, calls the API, signs out.
 * @param path of the page behind the sign-in
 */
export async function visit(url: string, path: string): Promise<Visit> {
  const browser = createBrowser()
  const stranger = await browser.go(url)
  const guarded = await isSentAway(browser, url + path)
  const signedIn = await click(browser, stranger)
  const data = await browser.go(url + path)
  const signedOut = await click(browser, signedIn)
  return {
    stranger: textOf(stranger),
    guarded,
    signedIn: textOf(signedIn),
    data: data.status === 200 ? (JSON.parse(data.body) as unknown) : `${data.status} ${data.body}`,
    signedOut: textOf(signedOut),
    guardedAgain: await isSentAway(browser, url + path),
  }
}

async function isSentAway(browser: Browser, url: string): Promise<boolean> {
  return (await browser.go(url, { follow: false })).status === 302
}

/** Uses the one link or form of a page, and the form of a page that asks once more. */
async function click(browser: Browser, page: Page): Promise<Page> {
  const [, href] = /<a href="([^"]+)"/.exec(page.body) ?? []
  const next = href === undefined ? await submit(browser, page) : await browser.go(new URL(href, page.url).href)
  return new URL(next.url).pathname === '/' ? next : submit(browser, next)
}

function submit(browser: Browser, page: Page): Promise<Page> {
  const [form = ''] = /<form.*?<\/form>/s.exec(page.body) ?? []
  const action = attribute(form, 'action')
  if (action === undefined) throw new Error(`No form at ${page.url} (${page.status}): ${page.body}`)
  const fields = [...form.matchAll(/<input[^>]*>/g)].map(([input]) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? ''])
  const { href, origin } = new URL(action, page.url)
  return browser.go(href, { method: 'POST', form: Object.fromEntries(fields) as Record<string, string>, headers: { origin } })
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
}

function textOf({ body }: Page): string {
  return body
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
