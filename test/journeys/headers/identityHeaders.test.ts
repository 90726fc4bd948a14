import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'
import type { Application } from '../../support/application.js'
import { createBrowser, type Browser, type Page } from '../../support/browser.js'
import { proxyKey, startKeyServer, type KeyServer } from '../../support/identityProxy.js'
import { rightKey, startProxiedApplication, through } from '../../support/proxiedApplication.js'
import { describeModes, type StartedMode } from '../../support/sessionModes.js'

/** Users whom a proxy in front of the application signs in, over each kind of session. */

let openid: OpenidProvider
let server: KeyServer
let application: Application
let browser: Browser

const corpId = people[0]?.id ?? ''

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: corpId })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  await application.close()
  await server.close()
})

interface Seen {
  user: string | null
  accounts: string[]
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

async function seen(headers: Record<string, string> = {}, path = '/seen'): Promise<Seen> {
  return (await browser.json<Seen>(`${application.url}${path}`, { headers })).data
}

async function status(path: string, headers: Record<string, string> = {}): Promise<number> {
  return (await browser.json(`${application.url}${path}`, { headers })).status
}

function link(headers: Record<string, string>): Promise<Page> {
  return browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...headers } })
}

const corpKey = (): string => `corp$${corpId}`

describeModes((mode) => {
  let started: StartedMode
  beforeAll(async () => {
    started = await mode.start()
  })
  afterAll(async () => {
    await started.close()
  })
  beforeEach(async () => {
    await started.clear()
    server = await startKeyServer(rightKey)
    application = await startProxiedApplication(openid, server, started.options, { before: started.before() })
    browser = createBrowser()
  })

  test('the header of a request signs it in, and no other', async () => {
    expect(await seen(through('ada'))).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect(await seen()).toMatchObject({ user: null, accounts: [] })
    expect(await seen(through('bob'))).toMatchObject({ user: 'iap$bob' })
    expect(await seen({ ...through('bob'), cookie: '' })).toMatchObject({ user: 'iap$bob' })
    for (const headers of [
      through('eve', {}, { key: { ...proxyKey('x'), kid: 'right' } }),
      through('eve', { aud: 'other' }),
      { 'x-proxy-jwt': `${through('eve')['x-proxy-jwt'] ?? ''}, ${through('eve')['x-proxy-jwt'] ?? ''}` },
    ])
      expect(await seen(headers)).toMatchObject({ user: null })
    expect(server.calls).toEqual(['/keys'])
  })

  test('an account that the user adds is there with the header, and with no other', async () => {
    const page = await link(through('ada'))
    expect({ url: page.url, status: page.status }).toEqual({ url: `${application.url}/`, status: 404 })
    const both = { user: 'iap$ada', accounts: ['iap$ada', corpKey()] }
    expect(await seen(through('ada'))).toMatchObject(both)
    // Another person's header, none, and one that does not verify: the session is nobody's, and stays.
    expect(await seen(through('bob'))).toMatchObject({ user: 'iap$bob', accounts: ['iap$bob'] })
    expect(await seen()).toMatchObject({ user: null, accounts: [] })
    expect(await seen(through('ada', { exp: 1 }))).toMatchObject({ user: null, accounts: [] })
    expect(await seen(through('ada', { name: 'Ada Example' }))).toMatchObject(both)
  })

  test('a session that somebody began without the header does not count while it is there', async () => {
    await browser.go(`${application.url}/auth/corp`)
    expect(await seen()).toMatchObject({ user: corpKey() })
    expect(await seen(through('ada'))).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect(await status('/corp-only', { ...through('ada'), accept: 'application/json' })).toBe(401)
    expect(await seen()).toMatchObject({ user: corpKey(), accounts: [corpKey()] })
  })

  test('a sign-out ends the session, and the header goes on', async () => {
    await link(through('ada'))
    const { csrfToken } = (await browser.json<{ csrfToken: string }>(`${application.url}/auth/session`, { headers: through('ada') })).data
    await browser.go(`${application.url}/auth/logout`, { method: 'POST', form: { csrfToken }, headers: through('ada') })
    expect(await seen(through('ada'))).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect(await seen()).toMatchObject({ user: null })
    await link(through('ada'))
    expect(await seen(through('ada'))).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada', corpKey()] })
  })

  test('while the keys cannot be reached nobody is signed in, and what needs the user says so', async () => {
    await link(through('ada'))
    const key = proxyKey('new')
    server.failsWith = 503
    const headers = through('ada', {}, { key })
    expect(await seen(headers)).toMatchObject({ user: null, accounts: [] })
    server.failsWith = undefined
    expect(await seen(through('ada'))).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada', corpKey()] })
  })
})

describe('A guard', () => {
  beforeEach(async () => {
    server = await startKeyServer(rightKey)
    application = await startProxiedApplication(openid, server)
    browser = createBrowser()
  })

  test('lets a user in whose header verifies, and says to others where to go', async () => {
    expect(await seen(through('ada'), '/iap-only')).toMatchObject({ user: 'iap$ada' })
    expect(await seen(through('ada'), '/any')).toMatchObject({ user: 'iap$ada' })
    for (const accept of ['text/html', 'application/json']) {
      const page = await browser.go(`${application.url}/iap-only`, { headers: { accept } })
      expect({ url: page.url, status: page.status }).toEqual({ url: `${application.url}/iap-only`, status: 401 })
      expect(page.body).toContain('at the address of the proxy')
    }
    const page = await browser.go(`${application.url}/any`)
    expect(page.url).toContain('/auth?returnTo')
  })

  test('answers 502 while the keys cannot be reached, and asks nobody to sign in', async () => {
    server.failsWith = 500
    expect(await status('/iap-only', through('ada'))).toBe(502)
    expect(await status('/any', through('ada'))).toBe(502)
    expect(await seen(through('ada'))).toMatchObject({ user: null })
    expect(await status('/auth/session', through('ada'))).toBe(502)
    await browser.go(`${application.url}/auth/corp`)
    expect(await seen()).toMatchObject({ user: corpKey() })
    expect(await seen(through('ada'))).toMatchObject({ user: null, accounts: [] })
    await browser.go(`${application.url}/auth/logout`, { method: 'POST', headers: { ...own, ...through('ada') } })
    expect(await seen()).toMatchObject({ user: null })
  })
})
