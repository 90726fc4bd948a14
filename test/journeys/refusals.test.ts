import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { listen } from '../support/hosts.js'

let openid: OpenidProvider
let app: Application

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(async () => {
  app = await startApplication(openid)
})
afterEach(async () => {
  jest.restoreAllMocks()
  await app.close()
})

/** Signs in as far as the provider's redirect back, which is not followed. */
async function untilCallback(browser: Browser, slug = 'corp', query = ''): Promise<URL> {
  const page = await browser.go(`${app.url}/auth/${slug}${query}`, { follow: (location) => !location.startsWith(app.url) })
  const location = page.headers.get('location') ?? ''
  expect(location).toContain(`/auth/${slug}/callback?`)
  return new URL(location)
}

function tokenCalls(): number {
  return openid.requests.filter(({ path }) => path.includes('/token')).length
}

const noStack = /\bat .+:\d+:\d+|node_modules|\.ts\b|\.js\b/

/** The same failure as a page and as JSON: the code, a way to start again, nothing of the inside. */
async function expectRefusal(browser: Browser, url: string, status: number, code: string): Promise<void> {
  const page = await browser.go(url)
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({ status, type: 'text/html; charset=utf-8' })
  expect(page.body).toContain(code)
  // Where the provider's word is the code itself, it is there once.
  expect(page.body).not.toContain(`(${code})`)
  expect(page.body).toMatch(/<a [^>]*href="\/auth/)
  expect(page.body).not.toMatch(noStack)
  expect(page.headers.get('cache-control')).toBe('no-store')
  expect(page.headers.get('referrer-policy')).toBe('no-referrer')
}

describe('a callback', () => {
  test('of a person who said no is a page with a way to start again, and uses the login up', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser)
    callback.searchParams.delete('code')
    callback.searchParams.set('error', 'access_denied')
    await expectRefusal(browser, callback.href, 403, 'access_denied')
    await expectRefusal(browser, callback.href, 400, 'state_unknown')
    expect(browser.cookies(app.host).size).toBe(0)
  })

  test('is answered with JSON where JSON is asked for', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser)
    callback.searchParams.set('error', 'access_denied')
    const { status, data } = await browser.json(callback.href)
    expect({ status, data }).toEqual({
      status: 403,
      data: { error: 'access_denied', message: 'The sign-in was cancelled at the provider.', provider: 'corp', retry: true },
    })
  })

  test.each(['', 'x'.repeat(43)])('with the state "%s" of nobody\'s is refused without a token call', async (state) => {
    const before = tokenCalls()
    await expectRefusal(
      createBrowser(),
      `${app.url}/auth/corp/callback?code=x&state=${state}`,
      400,
      state ? 'state_unknown' : 'state_missing',
    )
    expect(tokenCalls()).toBe(before)
  })

  test("that an attacker began is refused in the browser of another, and leaves that browser's own login alone", async () => {
    const attacker = createBrowser()
    const victim = createBrowser()
    const foreign = await untilCallback(attacker)
    await expectRefusal(victim, foreign.href, 400, 'state_unknown')
    const own = await untilCallback(victim)
    await expectRefusal(victim, foreign.href, 400, 'state_mismatch')
    expect((await victim.go(own.href)).status).toBe(404)
    expect((await victim.json(`${app.url}/me`)).data).toMatchObject({ name: 'Ada Example' })
  })

  test("of one provider is refused at another's address before any token call", async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser, 'plain')
    const before = tokenCalls()
    await expectRefusal(browser, callback.href.replace('/plain/', '/corp/'), 400, 'provider_mismatch')
    expect(tokenCalls()).toBe(before)
  })

  test('that comes after more than ten minutes is stale', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser)
    const later = Date.now() + 601_000
    jest.spyOn(Date, 'now').mockReturnValue(later)
    await expectRefusal(browser, callback.href, 400, 'state_expired')
  })

  test('opened again by the browser that finished it goes on to where it went', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser, 'corp', '?returnTo=/me')
    const before = tokenCalls()
    for (let time = 0; time < 3; time++) {
      const page = await browser.go(callback.href, { follow: false })
      expect({ status: page.status, location: page.headers.get('location') }).toEqual({ status: 303, location: '/me' })
    }
    expect(tokenCalls()).toBe(before + 1)
  })

  test('sent fifty times at once makes one token call and one session', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser, 'corp', '?returnTo=/me')
    const before = tokenCalls()
    const pages = await Promise.all(Array.from({ length: 50 }, () => browser.go(callback.href, { follow: false })))
    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 303))
    expect(tokenCalls()).toBe(before + 1)
    expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ name: 'Ada Example' })
  })

  test('with a damaged login cookie is refused, whichever byte it is', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser)
    const jar = browser.cookies(app.host)
    const [name = '', value = ''] = [...jar][0] ?? []
    for (let index = 0; index < value.length; index += 7) {
      jar.set(name, value.slice(0, index) + (value[index] === 'A' ? 'B' : 'A') + value.slice(index + 1))
      const page = await browser.go(callback.href)
      expect({ index, status: page.status }).toEqual({ index, status: 400 })
      expect(page.body).toContain('state_unknown')
    }
  })

  test.each(['state=a&state=b', 'state[]=a', 'state=a&code[x]=1', 'state=a&iss=b&iss=c'])('with "%s" is a bad request', async (query) => {
    await expectRefusal(createBrowser(), `${app.url}/auth/corp/callback?${query}`, 400, 'bad_request')
  })

  test.each([
    ['iss', 'https://other.example', 'issuer_mismatch'],
    ['iss', undefined, 'issuer_missing'],
    ['code', undefined, 'bad_request'],
    ['code', 'wrong', 'provider_error</code> (invalid_grant)'],
  ])('with "%s" changed to "%s" is %s', async (name, value, code) => {
    const browser = createBrowser()
    const callback = await untilCallback(browser)
    if (value === undefined) callback.searchParams.delete(name)
    else callback.searchParams.set(name, value)
    await expectRefusal(browser, callback.href, 400, code)
    expect((await browser.json(`${app.url}/me`)).data).toBeNull()
  })

  test('by another method is refused and uses nothing up', async () => {
    const browser = createBrowser()
    const callback = await untilCallback(browser, 'corp', '?returnTo=/me')
    for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'POST']) {
      const page = await browser.go(callback.href, { method })
      expect({ method, status: page.status, allow: page.headers.get('allow') }).toEqual({ method, status: 405, allow: 'GET' })
    }
    const early = await browser.go(callback.href, { headers: { 'sec-purpose': 'prefetch;prerender' } })
    expect(early.status).toBe(400)
    expect((await browser.go(callback.href)).url).toBe(`${app.url}/me`)
  })
})

describe('a provider', () => {
  test('that is down, silent or talks nonsense is a clear page, and the next login works', async () => {
    const silent = await listen(() => undefined)
    const nonsense = await listen((_req, res) => {
      res.writeHead(500, { 'content-type': 'text/html' }).end('<h1>boom</h1>')
    })
    const other = await startApplication(openid, {
      http: { timeout: 2_000 },
      providers: {
        down: { protocol: 'oidc', issuer: 'http://127.0.0.1:9', clientId: 'a', clientSecret: 'b' },
        silent: { protocol: 'oidc', issuer: silent.url, clientId: 'a', clientSecret: 'b' },
        nonsense: { protocol: 'oidc', issuer: nonsense.url, clientId: 'a', clientSecret: 'b' },
      },
    })
    try {
      await expectRefusal(createBrowser(), `${other.url}/auth/down`, 502, 'provider_bad_response')
      await expectRefusal(createBrowser(), `${other.url}/auth/silent`, 504, 'provider_timeout')
      await expectRefusal(createBrowser(), `${other.url}/auth/nonsense`, 502, 'provider_bad_response')
    } finally {
      await Promise.all([silent.close(), nonsense.close(), other.close()])
    }
  })

  test.each(['nobody', 'constructor', 'tostring'])('that does not exist ("%s") is 404 and says so', async (slug) => {
    await expectRefusal(createBrowser(), `${app.url}/auth/${slug}`, 404, 'unknown_provider')
    await expectRefusal(createBrowser(), `${app.url}/auth/${slug}/callback?state=x`, 404, 'unknown_provider')
  })

  test.each([
    '/auth/__proto__',
    '/auth/corp/',
    '/auth//corp',
    '/AUTH/corp',
    '/auth/%63orp',
    '/auth/corp;x',
    '/auth/corp/callback/',
    '/auth/corp/other',
  ])('is not found at %s', async (path) => {
    const page = await createBrowser().go(app.url + path, { follow: false })
    expect(page.status).toBe(404)
    expect(page.headers.getSetCookie()).toEqual([])
  })
})

describe('ten tabs', () => {
  test('finish their logins in any order', async () => {
    const browser = createBrowser()
    const callbacks: URL[] = []
    for (let tab = 0; tab < 10; tab++)
      callbacks.push(await untilCallback(browser, tab % 2 ? 'corp' : 'plain', `?returnTo=/me?tab=${String(tab)}`))
    expect(browser.cookies(app.host).size).toBe(10)
    for (const index of [7, 2, 9, 0, 5, 1, 8, 3, 6, 4]) {
      expect((await browser.go(callbacks[index]?.href ?? '')).url).toBe(`${app.url}/me?tab=${String(index)}`)
    }
  })

  test('and one more make the oldest give way', async () => {
    const browser = createBrowser()
    const first = await untilCallback(browser)
    for (let tab = 1; tab < 11; tab++) await untilCallback(browser)
    expect(browser.cookies(app.host).size).toBe(10)
    expect((await browser.go(first.href)).body).toContain('state_mismatch')
  })
})
