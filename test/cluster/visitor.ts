import { createBrowser, type Browser, type Page } from '../support/browser.js'
import type { Slug } from './identityProviders.js'

/** Somebody with a browser in front of the example application; each request has a connection of its own, so any process may answer. */
export interface Visitor {
  browser: Browser
  /** The processes that answered, one for each request. */
  workers: string[]
  /** Follows a login as far as an address that `until` names, else to its end. */
  logIn: (slug: Slug, until?: (url: string) => boolean) => Promise<{ url: string; page: Page | undefined }>
  visit: (path: string, headers?: Record<string, string>) => Promise<Page>
  json: <T>(path: string) => Promise<{ status: number; data: T }>
  logOut: () => Promise<Page>
  /** The application's cookies, as a header. */
  cookie: () => string
}

const alone = { connection: 'close' }
const maxSteps = 15

export function createVisitor(applicationUrl: string): Visitor {
  const browser = createBrowser()
  const workers: string[] = []

  const note = <Answer extends { headers: Headers }>(answer: Answer): Answer => {
    const worker = answer.headers.get('x-worker')
    if (worker !== null) workers.push(worker)
    return answer
  }

  return {
    browser,
    workers,
    async logIn(slug, until = () => false) {
      let url = `${applicationUrl}/auth/${slug}`
      for (let step = 0; step < maxSteps; step++) {
        if (until(url)) return { url, page: undefined }
        const page = note(await browser.go(url, { follow: false, headers: alone }))
        const location = page.headers.get('location')
        if (location === null) return { url, page }
        url = new URL(location, url).href
      }
      throw new Error(`A login that does not end: ${url}`)
    },
    visit: async (path, headers = {}) =>
      note(await browser.go(applicationUrl + path, { follow: false, headers: { ...alone, ...headers } })),
    json: async <T>(path: string) => note(await browser.json<T>(applicationUrl + path, { headers: alone })),
    logOut: async () => {
      const headers = { ...alone, origin: applicationUrl }
      return note(await browser.go(`${applicationUrl}/auth/logout`, { method: 'POST', follow: false, headers }))
    },
    cookie: () => [...browser.cookies(new URL(applicationUrl).host)].map(([name, value]) => `${name}=${value}`).join('; '),
  }
}

export interface Replayed {
  status: number
  location: string | null
  worker: string
  setCookies: string[]
  body: string
}

/** One request with somebody's cookies, from wherever they were copied to. */
export async function replay(url: string, cookie: string): Promise<Replayed> {
  const accept = url.includes('/callback?') ? 'text/html' : 'application/json'
  const response = await fetch(url, { redirect: 'manual', headers: { ...alone, cookie, accept } })
  return {
    status: response.status,
    location: response.headers.get('location'),
    worker: response.headers.get('x-worker') ?? '',
    setCookies: response.headers.getSetCookie(),
    body: await response.text(),
  }
}
