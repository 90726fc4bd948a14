import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { memoryUserStore } from '../../lib/stores/index.js'
import type { AuthRouterOptions, AuthUser } from '../../middleware/index.js'
import { startOpenidProvider, people, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { listen, sendJson } from '../support/hosts.js'

/** `req.auth.refreshUser()`: the profile again, as the provider has it by now. */

let openid: OpenidProvider
let application: Application
let browser: Browser
let profile: Record<string, unknown>
let asked = 0
let api: { url: string; close: () => Promise<void> }

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  api = await listen((_req, res) => {
    asked++
    sendJson(res, profile)
  })
})
afterAll(async () => {
  await Promise.all([openid.close(), api.close()])
})
beforeEach(() => {
  profile = { id: '7', login: 'ada', display_name: 'Ada', contact: { email: 'ada@first.example', verified: true } }
})
afterEach(() => application.close())

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  application = await startApplication(openid, options, {
    handlers: {
      '/refresh': async (req, res) => {
        const user = await req.auth.refreshUser().catch((error: unknown) => ({ error: (error as { code?: string }).code }))
        sendJson(res, { user, authUser: req.authUser, row: (req as { user?: unknown }).user })
      },
    },
  })
  const { plain } = application.entries
  application.router.register('moved', { ...plain, userinfoEndpoint: `${api.url}/me` } as never)
  openid.registerClient({
    clientId: String(plain['clientId']),
    clientSecret: String(plain['clientSecret']),
    redirectUris: [`${application.url}/auth/moved/callback`],
  })
  browser = createBrowser()
}

const me = async (): Promise<AuthUser> => (await browser.json<AuthUser>(`${application.url}/me`)).data
interface Refreshed {
  user: Partial<AuthUser> & { error?: string }
  authUser: AuthUser
  row?: { name: string }
}
const refresh = async (): Promise<Refreshed> => (await browser.json<Refreshed>(`${application.url}/refresh`)).data

test('takes over what has changed, lets go of what is gone, and keeps what the login and the application said', async () => {
  await start({ hooks: { onLogin: () => ({ user: { roles: ['admin'], plan: 'gold' } }) }, userStore: memoryUserStore() })
  await browser.go(`${application.url}/auth/moved`)
  const before = await me()
  profile = { id: '7', login: 'ada', display_name: 'Ada Lovelace' }
  const { user, authUser, row } = await refresh()
  expect(user).toMatchObject({ name: 'Ada Lovelace', roles: ['admin'], plan: 'gold', key: before.key, loggedInAt: before.loggedInAt })
  expect(user).not.toHaveProperty('email')
  expect(authUser).toEqual(user)
  expect(row).toMatchObject({ name: 'Ada Lovelace' })
  expect(await me()).toEqual(user)
})

test('refuses the profile of another user, and changes nothing', async () => {
  await start()
  await browser.go(`${application.url}/auth/moved`)
  const before = await me()
  profile = { id: '8', login: 'eve', display_name: 'Eve' }
  expect((await refresh()).user).toEqual({ error: 'user_mismatch' })
  expect(await me()).toEqual(before)
})

test('of OpenID Connect asks userinfo, and keeps what only the ID Token said', async () => {
  await start()
  await browser.go(`${application.url}/auth/corp`)
  const before = await me()
  const { user } = await refresh()
  expect(user).toEqual(before)
})

test('asks for somebody who is signed in', async () => {
  await start()
  expect((await refresh()).user).toEqual({ error: 'login_required' })
})

test('A profile that is too old is fetched when its user comes by, and a provider that is away costs nobody their session', async () => {
  await start({ profileMaxAge: 1 })
  await browser.go(`${application.url}/auth/moved`)
  profile = { id: '7', login: 'ada', display_name: 'Ada Lovelace' }
  let name: string
  do name = (await me()).name
  while (name !== 'Ada Lovelace')
  profile = {}
  const before = asked
  while (asked === before) expect((await me()).name).toBe('Ada Lovelace')
  expect((await me()).name).toBe('Ada Lovelace')
})
