import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore, type UserStore } from '../../../lib/stores/index.js'
import { AuthError, type AuthRouterOptions, type LoginEvent } from '../../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'
import type { Application } from '../../support/application.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import { seconds, startKeyServer, type KeyServer } from '../../support/identityProxy.js'
import { rightKey, startProxiedApplication, through } from '../../support/proxiedApplication.js'

/** The login that a header begins: hooks, users and events as of any other login, once for as long as the header holds. */

let openid: OpenidProvider
let server: KeyServer
let application: Application
let browser: Browser
let logins: LoginEvent[] = []
let events: { event: string; provider?: string; code?: string; reason?: string; user?: string; account?: string }[] = []

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
  logins = []
  events = []
})

type OnLogin = NonNullable<NonNullable<AuthRouterOptions['hooks']>['onLogin']>

async function start(options: Partial<AuthRouterOptions> = {}, decide: OnLogin = () => undefined): Promise<void> {
  server = await startKeyServer(rightKey)
  const note = (event: object): void => void events.push(event as (typeof events)[number])
  application = await startProxiedApplication(openid, server, {
    logger: { debug: note, info: note, warn: note, error: note },
    hooks: {
      onLogin: (event) => {
        logins.push(event as LoginEvent)
        return decide(event)
      },
    },
    ...options,
  })
  browser = createBrowser()
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

interface Answer {
  status: number
  data: { user: string | null; roles?: string[]; row?: { id: string; name: string }; accounts: string[]; error?: string }
}

const seen = (headers: Record<string, string> = {}, path = '/seen'): Promise<Answer> =>
  browser.json(`${application.url}${path}`, { headers })

/** A header that holds for so few seconds more: clocks may differ by 30. */
const endingIn = (left: number): { exp: number } => ({ exp: seconds() - 30 + left })

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('It did not come to that')
}

const told = (event: string): typeof events => events.filter((entry) => entry.event === event)

describe('onLogin', () => {
  test('is asked once, however many requests come at once and however often the proxy signs anew', async () => {
    await start({}, async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { user: { roles: ['editor'] } }
    })
    await Promise.all(Array.from({ length: 30 }, () => seen(through('ada'))))
    const { 'x-proxy-jwt': same = '' } = through('ada')
    for (let count = 0; count < 5; count++) await seen({ 'x-proxy-jwt': same })
    expect((await seen(through('ada'))).data).toMatchObject({ user: 'iap$ada', roles: ['editor'] })
    expect(logins).toHaveLength(1)
    expect(logins[0]).toMatchObject({ user: { key: 'iap$ada', email: 'ada@example.com' } })
    expect(told('login')).toMatchObject([{ provider: 'iap', user: expect.stringMatching(/^[0-9a-f]{16}$/) }])
    await seen(through('bob'))
    await seen(through('ada', { name: 'Ada Example' }))
    expect(logins).toHaveLength(3)
  })

  test('is asked again when the header has ended that began the login', async () => {
    await start()
    await seen(through('ada', endingIn(2)))
    await until(async () => {
      await seen(through('ada'))
      return logins.length === 2
    })
    expect((await seen(through('ada'))).data.user).toBe('iap$ada')
    expect(logins).toHaveLength(2)
  })

  test('may refuse, once for all requests of the header', async () => {
    await start({}, ({ user }) => user.id !== 'eve')
    for (let count = 0; count < 3; count++) {
      expect((await seen(through('eve'))).data).toMatchObject({ user: null, accounts: [] })
      expect(await seen(through('eve'), '/iap-only')).toMatchObject({ status: 403, data: { error: 'login_refused' } })
      expect(await seen(through('eve'), '/auth/session')).toMatchObject({ status: 403 })
    }
    expect((await seen(through('ada'), '/iap-only')).status).toBe(200)
    expect(logins).toHaveLength(2)
    expect(told('login_refused')).toMatchObject([{ provider: 'iap', code: 'login_refused', account: expect.any(String) }])
  })

  test('that fails is asked again with the next request', async () => {
    let isBroken = true
    await start({}, () => {
      if (isBroken) throw new Error('no database')
    })
    expect(await seen(through('ada'), '/iap-only')).toMatchObject({ status: 500, data: { error: 'hook_failed' } })
    expect((await seen(through('ada'))).data.user).toBeNull()
    isBroken = false
    expect((await seen(through('ada'), '/iap-only')).status).toBe(200)
  })

  test('may refuse with an error of its own', async () => {
    await start({}, () => {
      throw new AuthError('forbidden', 'Not in this house.')
    })
    expect(await seen(through('ada'), '/any')).toMatchObject({ status: 403, data: { error: 'forbidden', message: 'Not in this house.' } })
    await seen(through('ada'))
    expect(logins).toHaveLength(1)
  })
})

test('a header that is refused is told of once a minute, with the reason', async () => {
  await start()
  for (let count = 0; count < 20; count++) await seen(through('ada', { aud: 'other' }))
  for (let count = 0; count < 20; count++) await seen({ 'x-proxy-jwt': 'garbage' })
  expect(told('header_refused')).toMatchObject([
    { provider: 'iap', code: 'assertion_invalid', reason: 'aud' },
    { provider: 'iap', code: 'assertion_invalid', reason: 'token' },
  ])
  expect(JSON.stringify(events)).not.toContain('ada@example')
})

describe('With a user store', () => {
  let users: UserStore
  let created: number

  async function startWithUsers(options: Partial<AuthRouterOptions> = {}): Promise<void> {
    const inner = memoryUserStore()
    created = 0
    users = {
      ...inner,
      create: (user) => {
        created++
        return inner.create(user)
      },
    }
    await start({ userStore: users, tokenStore: memoryTokenStore(), ...options })
  }

  test('a user is made at the first sight, once, and given with each request', async () => {
    await startWithUsers()
    const rows = await Promise.all(Array.from({ length: 30 }, async () => (await seen(through('ada'))).data.row?.id))
    expect(new Set(rows).size).toBe(1)
    expect(rows[0]).toBeDefined()
    expect(created).toBe(1)
    expect(logins.map(({ isNew }) => isNew)).toEqual([true])
    expect((await seen()).data.row).toBeUndefined()
  })

  test('a user who was deleted is signed out, and made anew by a new sign-in only', async () => {
    await startWithUsers()
    const { row } = (await seen(through('ada', endingIn(4)))).data
    await application.router.forget(row?.id ?? '')
    expect((await seen(through('ada'))).data).toMatchObject({ user: null, accounts: [] })
    expect((await seen(through('ada'), '/iap-only')).status).toBe(401)
    expect(created).toBe(1)
    await until(async () => (await seen(through('ada'))).data.user !== null)
    expect(created).toBe(2)
    expect((await seen(through('ada'))).data.row?.id).not.toBe(row?.id)
  })

  test('an account is added to the user whose header comes along, and to no other', async () => {
    await startWithUsers()
    const { row } = (await seen(through('ada'))).data
    await browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    expect((await seen(through('ada'))).data).toMatchObject({
      user: 'iap$ada',
      accounts: ['iap$ada', `corp$${corpId}`],
      row: { id: row?.id },
    })
    expect(await users.listKeys(row?.id ?? '')).toEqual(['iap$ada', `corp$${corpId}`])
    browser = createBrowser()
    await seen(through('bob'))
    const page = await browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('bob') } })
    expect(page.status).toBe(409)
    expect((await seen(through('bob'))).data).toMatchObject({ user: 'iap$bob', accounts: ['iap$bob'] })
  })

  test('a session of the same account that is another user of the application by now does not count', async () => {
    await startWithUsers()
    const { row } = (await seen(through('ada', endingIn(4)))).data
    await browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    await users.unlink(row?.id ?? '', 'iap$ada')
    await until(async () => (await seen(through('ada'))).data.row?.id !== row?.id)
    expect((await seen(through('ada'))).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
    expect(created).toBe(2)
  })

  test('a sign-out everywhere ends the sessions, and the header goes on', async () => {
    await startWithUsers()
    await browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    expect((await seen(through('ada'))).data.accounts).toHaveLength(2)
    expect(await application.router.logoutEverywhere('iap$ada')).toBe(1)
    expect((await seen(through('ada'))).data).toMatchObject({ user: 'iap$ada', accounts: ['iap$ada'] })
  })

  test('with tokens that belong to users, a sign-in without the header brings no account of a header along', async () => {
    await startWithUsers({ keepTokens: 'user' })
    await browser.go(`${application.url}/auth/corp/link`, { method: 'POST', headers: { ...own, ...through('ada') } })
    expect((await seen(through('ada'))).data.accounts).toEqual(['iap$ada', `corp$${corpId}`])
    browser = createBrowser()
    await browser.go(`${application.url}/auth/corp`)
    expect((await seen()).data).toMatchObject({ user: `corp$${corpId}`, accounts: [`corp$${corpId}`] })
  })

  test('a store that is away leaves it in doubt who it is', async () => {
    let isAway = false
    await startWithUsers()
    const { findById } = users
    users.findById = (id) => (isAway ? Promise.reject(new Error('away')) : findById(id))
    await seen(through('ada'))
    isAway = true
    expect((await seen(through('ada'))).data.user).toBeNull()
    expect((await seen(through('ada'), '/iap-only')).status).toBe(503)
  })
})
