import express from 'express'
import type { AuthRouterOptions, ProviderEntry } from '../../../middleware/index.js'
import { createBrowser, type Browser, type Page } from '../browser.js'
import { startSite, type Site } from '../site.js'

interface Options {
  providers: Record<string, ProviderEntry>
  options?: Partial<AuthRouterOptions>
  before?: express.RequestHandler[]
  build?: (app: express.Express) => void
}

/** An Express application that signs in with OpenID 2.0; `GET /me` says as whom. */
export async function startOpenid2Site({ providers, options = {}, before = [], build }: Options): Promise<Site> {
  return startSite(
    () => ({ providers, ...options }),
    (auth) => {
      const app = express()
      for (const middleware of before) app.use(middleware)
      app.use(auth)
      app.get('/me', (req, res) => {
        res.json(req.authUser ?? null)
      })
      build?.(app)
      app.get('/', (_req, res) => {
        res.send('home')
      })
      return app
    },
  )
}

/** Begins a login and gives the address that the browser is sent to. */
export async function begin(browser: Browser, url: string, path: string): Promise<URL> {
  const { status, headers, body } = await browser.go(url + path, { follow: false })
  if (status !== 302) throw new Error(`A login could not be started: ${String(status)} ${body}`)
  return new URL(headers.get('location') ?? '')
}

/** An answer of the provider on its way: the address that it goes to, and what is added there. */
export interface Answer {
  address: string
  fields: Record<string, string>
}

/** Signs in up to the callback, which is not opened. A long answer comes as a form, a short one as an address. */
export async function upToCallback(browser: Browser, url: string, path = '/auth/house'): Promise<Answer> {
  const start = await begin(browser, url, path)
  return readAnswer(await fetch(start, { redirect: 'manual' }))
}

/** The answer that a provider sends by the browser. */
export async function readAnswer(answer: Response): Promise<Answer> {
  const location = answer.headers.get('location')
  if (location !== null) {
    const { searchParams, origin, pathname } = new URL(location)
    const state = searchParams.get('state') ?? ''
    searchParams.delete('state')
    return { address: `${origin}${pathname}?${new URLSearchParams({ state }).toString()}`, fields: Object.fromEntries(searchParams) }
  }
  const page = await answer.text()
  const [, action] = /<form [^>]*\baction="([^"]*)"/.exec(page) ?? []
  if (action === undefined) throw new Error(`The provider did not answer: ${String(answer.status)} ${page}`)
  const inputs = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"(?: \/)?>/g)]
  return { address: unescaped(action), fields: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescaped(value)])) }
}

function unescaped(html: string): string {
  return html.replace(
    /&(?:#39|lt|gt|quot|amp);/g,
    (entity) => ({ '&#39;': "'", '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' })[entity] ?? entity,
  )
}

/** The address that brings an answer by GET. */
export function addressOf({ address, fields }: Answer): string {
  return `${address}&${new URLSearchParams(fields).toString()}`
}

/** Signs in, and gives the page that the callback ends at. */
export async function signIn(url: string, path = '/auth/house', browser = createBrowser()): Promise<{ browser: Browser; page: Page }> {
  return { browser, page: await browser.go(addressOf(await upToCallback(browser, url, path))) }
}

/** What a failed login answers to a script. */
export async function refusalOf(
  browser: Browser,
  address: string,
  form?: Record<string, string>,
): Promise<{ status: number; error: string }> {
  const { status, data } = await browser.json<{ error?: string } | null>(address, form ? { method: 'POST', form } : {})
  return { status, error: data?.error ?? '' }
}
