import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import { memoryTokenStore, memoryUserStore } from '../../../lib/stores/index.js'
import type { AuthRouterOptions, AuthUser } from '../../../middleware/index.js'
import { catalogue } from '../../../providers/index.js'
import { startFakeProvider } from '../../providers/fakeProvider.js'
import { startApplication, testSecret, type Application } from '../../support/application.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import type { AppParts } from '../../support/hosts.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../../testing/index.js'

/** What section A asks and the example application does not have, on a small application of the same shape. */

const ada = people[0]
let openid: OpenidProvider
let app: Application
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: ada?.id ?? '' })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: Partial<AuthRouterOptions>, parts: Partial<AppParts> = {}): Promise<void> {
  app = await startApplication(openid, { userStore: memoryUserStore(), tokenStore: memoryTokenStore(), ...options }, parts)
  closing.push(app.close)
}

async function untilCallback(browser: Browser, slug: string): Promise<string> {
  const page = await browser.go(`${app.url}/auth/${slug}`, { follow: (location) => !location.startsWith(app.url) })
  return page.headers.get('location') ?? ''
}

const user = async (browser: Browser): Promise<AuthUser | null> =>
  (await browser.json<{ user: AuthUser | null }>(`${app.url}/auth/session`)).data.user

test('6, on a small application that keeps logins in its sessions: a state that another session holds is state_unknown', async () => {
  const mounted = session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() })
  await start({ transactions: 'session' }, { before: [mounted as never] })
  const [attacker, victim] = [createBrowser(), createBrowser()]
  const callback = await untilCallback(attacker, 'corp')
  expect((await victim.json(callback)).data).toMatchObject({ error: 'state_unknown' })
  await victim.go(`${app.url}/auth/plain`)
  expect((await victim.json(callback)).data).toMatchObject({ error: 'state_unknown' })
  expect((await user(victim))?.key).toBe(`plain$${ada?.id ?? ''}`)
  await attacker.go(callback)
  expect((await user(attacker))?.key).toBe(`corp$${ada?.id ?? ''}`)
})

test('16, on a small application with a hook: it is asked about each login, and told whether the address is verified', async () => {
  const asked: unknown[] = []
  await start({
    hooks: {
      onLogin: ({ user: { provider, email, emailVerified }, isNew }) => {
        asked.push({ provider, email, emailVerified, isNew })
        return isNew === true && provider === 'plain' ? false : undefined
      },
    },
  })
  const [one, other] = [createBrowser(), createBrowser()]
  await one.go(`${app.url}/auth/corp`)
  expect((await other.json(await untilCallback(other, 'plain'))).data).toMatchObject({ error: 'login_refused' })
  const told = { email: ada?.email, emailVerified: true, isNew: true }
  expect(asked).toEqual([
    { provider: 'corp', ...told },
    { provider: 'plain', ...told },
  ])
  expect(await user(other)).toBeNull()
})

test.each([
  [{}, false],
  [{ email_verified: true }, false],
  [{ xms_edov: true }, true],
])("17, with the catalogue's Microsoft on a small application: claims %j and the victim's address", async (claims, isVerified) => {
  const entry = { provider: 'microsoft', tenant: 'foreign.example', clientId: 'app', clientSecret: 'canary-client-secret of Entra' }
  const settings = resolveConfig({ providers: { entra: entry } }, { catalogue, env: {}, warn: () => undefined })
  const registration = settings.registrations.get('entra')
  if (!registration) throw new Error('Microsoft is not registered')
  const foreign = { sub: 'sub-of-mallory', tid: 'foreign', oid: 'oid-of-mallory', name: 'Mallory', email: ada?.email, ...claims }
  const tokenResponse = { access_token: 'canary-access', token_type: 'Bearer', expires_in: 3600 }
  const fake = await startFakeProvider(registration, { claims: foreign, tokenResponse } as never, 'canary-access')
  closing.push(fake.close)
  const users = memoryUserStore()
  const victim = await users.create({ ...known, email: ada?.email ?? '', emailVerified: true })
  // Also where the application trusts addresses that this provider vouches for.
  await start({ http: fake.http as never, userStore: users, linkByVerifiedEmail: ['entra'], providers: { entra: entry } as never })
  const browser = createBrowser()
  const authorization = await browser.go(`${app.url}/auth/entra`, { follow: false })
  fake.authorization = new URL(authorization.headers.get('location') ?? '').searchParams
  const answer = new URLSearchParams({ code: 'the-code', state: fake.authorization.get('state') ?? '' })
  await browser.go(`${app.url}/auth/entra/callback?${answer.toString()}`)
  expect(await user(browser)).toMatchObject({ key: 'entra$sub-of-mallory', emailVerified: isVerified })
  const keys = await users.listKeys((victim as { id: string }).id)
  // Only what Microsoft has checked, and only because the application asked for it.
  expect([...keys].sort()).toEqual(isVerified ? ['entra$sub-of-mallory', known.key] : [known.key])
})

const known: AuthUser = { provider: 'old', id: '7', key: 'old$7', name: 'Ada', roles: [], loggedInAt: '', raw: {} }
