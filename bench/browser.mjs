// As much of a browser as a login needs: cookies, over connections that are kept.
import { request } from 'undici'
import { browserHeaders } from './provider.mjs'

export function createBrowser(base, dispatcher) {
  const cookies = new Map()

  async function visit(path, { method = 'GET', headers, body } = {}) {
    const response = await request(base + path, {
      method,
      body,
      dispatcher,
      headers: { ...browserHeaders, ...(cookies.size > 0 ? { cookie: cookieHeader() } : {}), ...headers },
    })
    const text = await response.body.text()
    if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 400)}`)
    for (const line of [response.headers['set-cookie'] ?? []].flat()) keep(line)
    const { location } = response.headers
    return { text, location: location?.startsWith(base) ? location.slice(base.length) || '/' : location }
  }

  function keep(line) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value === '' || /max-age=0\b/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }

  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return { visit, cookieHeader, cookies }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** How a login starts at each application: to the address of the provider. */
const starts = {
  passport: () => ({ path: '/auth/oauth' }),
  floor: () => ({ path: '/auth/oauth' }),
  grant: () => ({ path: '/connect/light' }),
  expressOpenidConnect: () => ({ path: '/login' }),
  authrouter: (protocol) => ({ path: `/auth/${protocol}` }),
}

/**
 * Starts a login.
 * @param application name of a file in apps/, as it may be followed by a mode: `authrouter session`
 * @param protocol `oauth` or `openid`
 * @returns the address of the provider
 */
export async function start(application, protocol, browser) {
  const [name] = application.split(' ')
  if (name === 'authExpress') {
    const { text } = await browser.visit('/auth/csrf')
    const { csrfToken } = JSON.parse(text)
    const body = new URLSearchParams({ csrfToken, callbackUrl: '/' }).toString()
    return (await browser.visit(`/auth/signin/${protocol}`, { method: 'POST', headers: form, body })).location
  }
  if (name === 'betterAuth') {
    const body = JSON.stringify({ provider: 'oauth', callbackURL: '/', disableRedirect: true })
    const { text } = await browser.visit('/api/auth/sign-in/social', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: browser.origin },
      body,
    })
    return JSON.parse(text).url
  }
  return (await browser.visit(starts[name](protocol).path)).location
}

/** Comes back from the provider, and goes on as far as the application sends. */
export async function finish(browser, callback) {
  let path = callback
  while (path && path !== '/') path = (await browser.visit(path)).location
}
