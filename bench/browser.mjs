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
      headers: { ...browserHeaders, ...cookieHeaders(cookies), ...headers },
    })
    const text = await response.body.text()
    if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 400)}`)
    keepCookies(cookies, response.headers['set-cookie'])
    return { text, location: pathAt(base, response.headers.location) }
  }

  return { visit, cookies }
}

/**
 * Keeps what an answer sets.
 * @param cookies values by name
 * @param lines value of `Set-Cookie`: none, one or several
 */
export function keepCookies(cookies, lines = []) {
  for (const line of [lines].flat()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value === '' || /max-age=0\b/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}

export function cookieHeaders(cookies) {
  return cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}
}

/** A redirect within an application as a path, any other as it is. */
export function pathAt(base, location) {
  return location?.startsWith(base) ? location.slice(base.length) || '/' : location
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Where a login starts at the applications that send a visitor of an address to the provider. */
const starts = {
  passport: () => '/auth/oauth',
  floor: () => '/auth/oauth',
  grant: () => '/connect/light',
  expressOpenidConnect: () => '/login',
  authrouter: (protocol) => `/auth/${protocol}`,
}

export function startPath(application, protocol) {
  return starts[application.split(' ')[0]](protocol)
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
  return (await browser.visit(startPath(name, protocol))).location
}

/** Comes back from the provider, and goes on as far as the application sends. */
export async function finish(browser, callback) {
  let path = callback
  while (path && path !== '/') path = (await browser.visit(path)).location
}
