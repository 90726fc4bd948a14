import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import session from 'express-session'
import { memoryTokenStore, memoryUserStore } from '../../../lib/stores/index.js'
import type { AuthRouterOptions } from '../../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'
import type { Application } from '../../support/application.js'
import { createBrowser, type Browser, type Page } from '../../support/browser.js'
import type { AppParts } from '../../support/hosts.js'
import { signedBy, startKeyServer, type KeyServer } from '../../support/identityProxy.js'
import { proxyAudience, proxyHeader, proxyIssuer, rightKey, startProxiedApplication, through } from '../../support/proxiedApplication.js'

/** What can be done to somebody whom a proxy signs in, by whoever has a sign-in, a session or a JWT of another kind. */

let openid: OpenidProvider
let server: KeyServer
let application: Application

const corpKey = `corp$${people[0]?.id ?? ''}`

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  await application.close()
  await server.close()
})

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<void> {
  server = await startKeyServer(rightKey)
  application = await startProxiedApplication(openid, server, options, parts)
}

interface Seen {
  user: string | null
  roles?: string[]
  accounts: string[]
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

async function seen(browser: Browser, headers: Record<string, string> = {}): Promise<Seen> {
  return (await browser.json<Seen>(`${application.url}/seen`, { headers })).data
}

function post(browser: Browser, path: string, headers: Record<string, string>): Promise<Page> {
  return browser.go(application.url + path, { method: 'POST', headers })
}

const link = (browser: Browser, headers: Record<string, string>): Promise<Page> => post(browser, '/auth/corp/link', { ...own, ...headers })

/** The cookies of one browser, in another. */
function copyOf(browser: Browser): Browser {
  const copy = createBrowser()
  for (const [name, value] of browser.cookies(application.host)) copy.cookies(application.host).set(name, value)
  return copy
}

const sidOf = (browser: Browser): string | undefined => browser.cookies(application.host).get('connect.sid')

describe('A JWT that the same keys have signed', () => {
  test('and that is no sign-in is refused: a logout token, a security event', async () => {
    await start()
    const browser = createBrowser()
    for (const events of [{ 'http://schemas.openid.net/event/backchannel-logout': {} }, {}, null])
      expect((await seen(browser, through('ada', { events }))).user).toBeNull()
    for (const typ of ['logout+jwt', 'at+jwt', 'application/secevent+jwt', 'application/at+JWT'])
      expect((await seen(browser, through('ada', {}, { header: { typ } }))).user).toBeNull()
    expect((await seen(browser, through('ada'))).user).toBe('iap$ada')
  })

  test('gives no roles, and no other id, by names that objects have', async () => {
    await start()
    const exp = Math.floor(Date.now() / 1000) + 600
    const common = `"iss":"${proxyIssuer}","aud":"${proxyAudience}","exp":${String(exp)}`
    const texts = [
      `{${common},"sub":"eve","__proto__":{"roles":["admin"],"sub":"ada"},"roles":["admin"]}`,
      `{${common},"sub":"eve","constructor":{"prototype":{"roles":["admin"]}},"key":"iap$ada","id":"ada","provider":"corp"}`,
    ]
    for (const text of texts) {
      const answer = await seen(createBrowser(), { [proxyHeader]: signedBy(rightKey, text) })
      expect(answer.user).toBe('iap$eve')
      expect(answer.roles ?? []).toEqual([])
    }
    const tail = await seen(createBrowser(), { [proxyHeader]: signedBy(rightKey, `{"sub":"ada",${common},"__proto__":{"sub":"x"}}`) })
    expect(tail.user).toBe('iap$ada')
  })

  test('with the same claims in two entries, or in another spelling of the header, is one sign-in of its own', async () => {
    await start()
    const { [proxyHeader]: jwt = '' } = through('ada')
    const browser = createBrowser()
    expect((await seen(browser, { 'X-PROXY-JWT': jwt })).user).toBe('iap$ada')
    const { [proxyHeader]: other = '' } = through('bob')
    for (const both of [`${jwt}, ${other}`, `${jwt},${jwt}`, ` ${jwt} ${other}`, `Bearer ${jwt}`])
      expect((await seen(browser, { [proxyHeader]: both })).user).toBeNull()
  })
})

describe("A session that somebody else has put into the victim's browser", () => {
  const withSession = (): Partial<AppParts> => ({
    before: [session({ secret: 'of the tests', resave: false, saveUninitialized: true }) as never],
  })

  test("of express-session is not the victim's afterwards: its id is another one once an account is added", async () => {
    await start({}, withSession())
    const attacker = createBrowser()
    await attacker.go(`${application.url}/auth/corp`)
    expect((await seen(attacker)).user).toBe(corpKey)
    const victim = copyOf(attacker)
    expect(await seen(victim, through('victim'))).toMatchObject({ user: 'iap$victim', accounts: ['iap$victim'] })
    await link(victim, through('victim'))
    expect(sidOf(victim)).not.toBe(sidOf(attacker))
    expect((await seen(victim, through('victim'))).accounts).toEqual(['iap$victim', corpKey])
    expect((await seen(attacker)).accounts).not.toContain('iap$victim')
    expect(await seen(attacker, through('eve'))).toMatchObject({ user: 'iap$eve', accounts: ['iap$eve'] })
  })

  test('with a login under way in it adds nothing to the victim', async () => {
    await start({}, withSession())
    for (const isSignedIn of [false, true]) {
      const attacker = createBrowser()
      const as = isSignedIn ? through('eve') : {}
      const begun = isSignedIn
        ? await attacker.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...as }, follow: false })
        : await attacker.go(`${application.url}/auth/corp`, { follow: false })
      const atProvider = await createBrowser().go(begun.headers.get('location') ?? '', {
        follow: (location) => !location.startsWith(application.url),
      })
      const callback = atProvider.headers.get('location') ?? ''
      expect(callback).toContain('/auth/corp/callback')
      const victim = copyOf(attacker)
      await victim.go(callback, { headers: through('victim') })
      expect(await seen(victim, through('victim'))).toMatchObject({ user: 'iap$victim', accounts: ['iap$victim'] })
      expect((await seen(victim)).user).toBeNull()
    }
  })
})

describe('A copy of the cookies of a session that a header began', () => {
  test('is worth nothing to others, nor after the sign-out', async () => {
    for (const options of [{}, { tokenStore: memoryTokenStore(), userStore: memoryUserStore() }]) {
      await start(options)
      const victim = createBrowser()
      await link(victim, through('victim'))
      expect((await seen(victim, through('victim'))).accounts).toEqual(['iap$victim', corpKey])
      const stolen = copyOf(victim)
      expect((await seen(stolen)).accounts).toEqual([])
      expect((await seen(stolen, through('eve'))).accounts).toEqual(['iap$eve'])
      await post(victim, '/auth/logout', { ...own, ...through('victim') })
      expect((await seen(stolen, through('victim'))).accounts).toEqual(['iap$victim'])
      // The user who has signed out can go on, and add the account again.
      await link(victim, through('victim'))
      expect((await seen(victim, through('victim'))).accounts).toEqual(['iap$victim', corpKey])
      expect((await seen(stolen, through('victim'))).accounts).toEqual(['iap$victim'])
      await application.close()
      await server.close()
    }
    await start()
  })
})

test('A page of another site does nothing for whom a proxy signs in, though the header comes along', async () => {
  await start()
  const browser = createBrowser()
  await link(browser, through('ada'))
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `${application.url}.evil.example` },
    {},
  ]
  for (const from of foreign) {
    for (const path of ['/auth/logout', `/auth/corp/unlink`, '/auth/corp/link', '/auth/plain/link']) {
      const headers = { accept: 'application/json', ...from, ...through('ada') }
      expect([path, (await browser.json(application.url + path, { method: 'POST', headers })).status]).toEqual([path, 403])
    }
  }
  expect((await seen(browser, through('ada'))).accounts).toEqual(['iap$ada', corpKey])
})

test("One user's CSRF token is not another's", async () => {
  await start()
  const tokenOf = async (sub: string): Promise<string> =>
    (await createBrowser().json<{ csrfToken: string }>(`${application.url}/auth/session`, { headers: through(sub) })).data.csrfToken
  const [eve, ada] = [await tokenOf('eve'), await tokenOf('ada')]
  expect([typeof eve, eve === ada]).toEqual(['string', false])
  const attempt = async (token: string): Promise<number> =>
    (
      await createBrowser().json(`${application.url}/auth/corp/link`, {
        method: 'POST',
        headers: { accept: 'application/json', 'x-csrf-token': token, 'sec-fetch-site': 'cross-site', ...through('ada') },
      })
    ).status
  expect([await attempt(eve), await attempt(ada)]).toEqual([403, 200])
})
