import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore, memoryUserStore, sqliteUserStore, type UserStore } from '../../lib/stores/index.js'
import type { AuthRouterOptions, AuthUser, LoginEvent } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'

/** The application's users: found or made at a login, given at each request, linked, and gone when they are deleted. */

let openid: OpenidProvider
let second: OpenidProvider
const folder = mkdtempSync(join(tmpdir(), 'users-'))

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
})
afterAll(async () => {
  await Promise.all([openid.close(), second.close()])
  rmSync(folder, { recursive: true })
})

let application: Application
let store: UserStore
let logins: LoginEvent[] = []
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  logins = []
})

interface Row {
  id: string
  name: string
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

async function start(
  options: Partial<AuthRouterOptions> = {},
  before?: AppParts['before'],
  users: UserStore = memoryUserStore(),
): Promise<void> {
  store = users
  application = await startApplication(
    openid,
    {
      userStore: users,
      tokenStore: memoryTokenStore(),
      hooks: {
        onLogin: (event) => {
          logins.push(event as LoginEvent)
        },
      },
      ...options,
    },
    {
      ...(before ? { before } : {}),
      handlers: {
        '/row': (req, res) => {
          sendJson(res, (req as { user?: unknown }).user ?? null)
        },
      },
    },
  )
  closing.push(application.close)
  const client = { clientId: 'other-app', clientSecret: 'another secret of the tests' }
  second.registerClient({ ...client, redirectUris: [`${application.url}/auth/other/callback`] })
  application.router.register('other', { protocol: 'oidc', issuer: second.issuer, apiBaseUrl: second.apiBaseUrl, ...client })
}

const at = (path: string): string => `${application.url}${path}`
const row = async (browser: Browser): Promise<Row | null> => (await browser.json<Row | null>(at('/row'))).data
const accounts = async (browser: Browser): Promise<AuthUser[]> =>
  (await browser.json<{ accounts: AuthUser[] }>(at('/auth/session'))).data.accounts
const post = (browser: Browser, path: string, headers: Record<string, string> = own): ReturnType<Browser['go']> =>
  browser.go(at(path), { method: 'POST', headers })
const asJson = { ...own, accept: 'application/json' }

const kinds: [string, () => { users: UserStore; options?: Partial<AuthRouterOptions>; before?: AppParts['before'] }][] = [
  ['SQLite, cookies', () => ({ users: sqliteUserStore(join(folder, `${String(closing.length)}-${crypto.randomUUID()}.db`)) })],
  [
    'memory, express-session',
    () => ({
      users: memoryUserStore(),
      before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never],
    }),
  ],
  ['memory, cookies without a token store', () => ({ users: memoryUserStore(), options: { tokenStore: undefined as never } })],
]

describe.each(kinds)('With %s', (_name, kind) => {
  test('the first login makes a user, later ones find it, and the provider they come by does not matter', async () => {
    const { users, options, before } = kind()
    await start(options, before, users)
    const browser = createBrowser()
    await browser.go(at('/auth/corp'))
    const first = await row(browser)
    expect(first).toMatchObject({ name: people[0]?.name })
    await post(browser, '/auth/other/link')
    await post(browser, '/auth/logout')
    expect(await row(browser)).toBeNull()
    const elsewhere = createBrowser()
    await elsewhere.go(at('/auth/other'))
    expect((await row(elsewhere))?.id).toBe(first?.id)
    expect(logins.map(({ isNew }) => isNew)).toEqual([true, false])
    expect([...(await store.listKeys(first?.id ?? ''))].sort()).toEqual([`corp$${people[0]?.id ?? ''}`, `other$${people[1]?.id ?? ''}`])
  })

  test('an account of another user is a conflict, and moves nowhere', async () => {
    const { users, options, before } = kind()
    await start(options, before, users)
    const [ada, grace] = [createBrowser(), createBrowser()]
    await ada.go(at('/auth/corp'))
    await grace.go(at('/auth/other'))
    const conflict = await post(ada, '/auth/other/link')
    expect(conflict).toMatchObject({ status: 409 })
    expect(conflict.body).toContain('link_conflict')
    expect(await accounts(ada)).toHaveLength(1)
    expect((await row(ada))?.id).not.toBe((await row(grace))?.id)
    expect(await store.listKeys((await row(grace))?.id ?? '')).toHaveLength(1)
  })

  test('a user who is deleted is signed out at the next request', async () => {
    const { users, options, before } = kind()
    await start(options, before, users)
    const browser = createBrowser()
    await browser.go(at('/auth/corp'))
    await store.remove((await row(browser))?.id ?? '')
    expect(await row(browser)).toBeNull()
    expect(await accounts(browser)).toEqual([])
  })
})

test('The last account of a user stays, also if two requests remove the last two at once', async () => {
  await start()
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  expect(await post(browser, '/auth/corp/unlink', asJson)).toMatchObject({ status: 409 })
  await post(browser, '/auth/other/link')
  const id = (await row(browser))?.id ?? ''
  await Promise.all([post(browser, '/auth/corp/unlink', asJson), post(browser, '/auth/other/unlink', asJson)])
  expect((await store.listKeys(id)).length).toBeGreaterThan(0)
})

test('An account that was removed signs in as somebody new', async () => {
  await start()
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  await post(browser, '/auth/other/link')
  const first = (await row(browser))?.id
  await post(browser, '/auth/other/unlink')
  const elsewhere = createBrowser()
  await elsewhere.go(at('/auth/other'))
  expect((await row(elsewhere))?.id).not.toBe(first)
})

test('An e-mail address joins nobody, unless the provider is trusted with it', async () => {
  await start()
  const email = people[0]?.email ?? ''
  const held = (await store.create({
    provider: 'old',
    id: '7',
    key: 'old$7',
    name: 'Ada',
    email,
    emailVerified: true,
    roles: [],
    loggedInAt: '',
    raw: {},
  })) as Row
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  expect((await row(browser))?.id).not.toBe(held.id)
  await closing.pop()?.()
  await start({ linkByVerifiedEmail: ['corp'] })
  const owner = (await store.create({
    provider: 'old',
    id: '7',
    key: 'old$7',
    name: 'Ada',
    email,
    emailVerified: true,
    roles: [],
    loggedInAt: '',
    raw: {},
  })) as Row
  const trusted = createBrowser()
  await trusted.go(at('/auth/corp'))
  expect((await row(trusted))?.id).toBe(owner.id)
  expect([...(await store.listKeys(owner.id))].sort()).toEqual([`corp$${people[0]?.id ?? ''}`, 'old$7'])
})

test('A user store that is away is 503 where somebody has to be known, and signs nobody out', async () => {
  let isAway = false
  const inner = memoryUserStore()
  await start({}, undefined, {
    ...inner,
    findById: (id) => {
      if (isAway) throw new Error('canary of the database')
      return inner.findById(id)
    },
  })
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  isAway = true
  const answer = await browser.go(at('/auth/session'))
  expect(answer.status).toBe(503)
  expect(answer.body).not.toContain('canary')
  isAway = false
  expect(await row(browser)).not.toBeNull()
})

test('auth.forget deletes the user, in all browsers and by all accounts', async () => {
  await start()
  const [one, other] = [createBrowser(), createBrowser()]
  await one.go(at('/auth/corp'))
  await post(one, '/auth/other/link')
  await other.go(at('/auth/other'))
  const id = (await row(one))?.id ?? ''
  expect((await row(other))?.id).toBe(id)
  await application.router.forget(id)
  expect([await row(one), await row(other)]).toEqual([null, null])
  expect(await store.findById(id)).toBeUndefined()
})

test('Signing out everywhere covers all accounts of the user', async () => {
  await start()
  const [one, other] = [createBrowser(), createBrowser()]
  await one.go(at('/auth/corp'))
  await post(one, '/auth/other/link')
  await other.go(at('/auth/other'))
  expect(await application.router.logoutEverywhere(`corp$${people[0]?.id ?? ''}`)).toBe(2)
  expect([await row(one), await row(other)]).toEqual([null, null])
})

test('A hundred first logins of one user at once make one user', async () => {
  await start()
  await Promise.all(Array.from({ length: 100 }, () => createBrowser().go(at('/auth/corp'))))
  const keys = await store.findByKey(`corp$${people[0]?.id ?? ''}`)
  expect(keys).toBeDefined()
  expect(new Set(logins.map(({ user }) => user.key)).size).toBe(1)
})

test('An account that the session could not be given is not left with the user', async () => {
  let isFull = false
  const tokenStore = memoryTokenStore()
  await start({
    tokenStore: {
      ...tokenStore,
      set: (...call) => (isFull ? Promise.reject(new Error('The store is full')) : tokenStore.set(...call)),
    },
  })
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  const id = (await row(browser))?.id ?? ''
  isFull = true
  expect(await post(browser, '/auth/other/link')).toMatchObject({ status: 503 })
  isFull = false
  await application.router.close()
  expect(await store.listKeys(id)).toEqual([`corp$${people[0]?.id ?? ''}`])
  expect(await accounts(browser)).toHaveLength(1)
})

test('Adding an account leaves the profile of the row as it is, and a login by it takes it over', async () => {
  await start()
  const browser = createBrowser()
  await browser.go(at('/auth/corp'))
  await post(browser, '/auth/other/link')
  expect(await row(browser)).toMatchObject({ name: people[0]?.name })
  const elsewhere = createBrowser()
  await elsewhere.go(at('/auth/other'))
  expect(await row(elsewhere)).toMatchObject({ name: people[1]?.name })
})
