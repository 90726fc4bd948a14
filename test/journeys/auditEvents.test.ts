import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import { AuthError, type AuthRouterOptions } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

/** Who did what, in the log: an event each, with digests in place of names, and nothing secret. */

type Told = Record<string, unknown> & { event: string }

let openid: OpenidProvider
let second: OpenidProvider
let app: Application
let told: [level: string, event: Told, line: string][]
/** What may stand in no event: what went over the network, and who the users are. */
let canaries: string[]
let refuse: (() => unknown) | undefined

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
})
afterAll(async () => {
  await Promise.all([openid.close(), second.close()])
})
beforeEach(async () => {
  told = []
  canaries = people.flatMap(({ id, name, email }) => [id, name, email])
  refuse = undefined
  await start()
})
afterEach(async () => {
  expect(canaries.filter((canary) => JSON.stringify(told).includes(canary))).toEqual([])
  await app.close()
})

async function start(options: Partial<AuthRouterOptions> = {}): Promise<void> {
  const note = (level: string) => (event: object, line?: string) => {
    told.push([level, event as Told, line ?? ''])
  }
  const hooks = { onLogin: () => refuse?.() as boolean | undefined, onLink: () => refuse?.() as boolean | undefined }
  app = await startApplication(
    openid,
    {
      userStore: memoryUserStore(),
      tokenStore: memoryTokenStore(),
      logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
      hooks,
      ...options,
    },
    {
      handlers: {
        '/user': (req, res) => {
          sendJson(res, (req as { user?: unknown }).user ?? null)
        },
        '/tokens': (req, res) => {
          sendJson(
            res,
            Object.values(req.oauthClients).map(({ credentials }) => credentials.accessToken),
          )
        },
        '/leave': async (req, res) => {
          await req.auth.logout({ key: req.auth.users['other']?.key ?? '' })
          sendJson(res, true)
        },
      },
    },
  )
  const client = { clientId: 'other-app', clientSecret: 'canary-client-secret of the other' }
  second.registerClient({ ...client, redirectUris: [`${app.url}/auth/other/callback`] })
  app.router.register('other', { protocol: 'oidc', issuer: second.issuer, apiBaseUrl: second.apiBaseUrl, ...client })
}

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
const at = (path: string): string => `${app.url}${path}`
const post = (browser: Browser, path: string): ReturnType<Browser['go']> => browser.go(at(path), { method: 'POST', headers: own })

/** Signs in, and remembers everything of it that has to stay out of the log. */
async function signIn(browser: Browser, slug = 'corp'): Promise<void> {
  const callback = await untilCallback(browser, slug)
  await browser.go(callback.href, { follow: false })
  const { data } = await browser.json<string[]>(at('/tokens'))
  canaries.push(...data, ...browser.cookies(app.host).values())
}

async function untilCallback(browser: Browser, slug: string, method = 'GET'): Promise<URL> {
  const page = await browser.go(at(`/auth/${slug}${method === 'POST' ? '/link' : ''}`), {
    method,
    headers: own,
    follow: (location) => !location.startsWith(`${app.url}/auth/${slug}/callback`),
  })
  const callback = new URL(page.headers.get('location') ?? '')
  canaries.push(...[callback.searchParams.get('state'), callback.searchParams.get('code')].filter((value) => value !== null))
  return callback
}

async function deny(browser: Browser, slug: string, method = 'GET'): Promise<void> {
  const callback = await untilCallback(browser, slug, method)
  callback.searchParams.delete('code')
  callback.searchParams.set('error', 'access_denied')
  callback.searchParams.set('error_description', 'canary of the provider')
  await browser.go(callback.href)
  canaries.push('canary')
}

const names = ['login', 'link', 'unlink', 'logout', 'login_refused', 'link_conflict', 'user_switched', 'user_forgotten']
const trail = (): Told[] => told.map(([, event]) => event).filter(({ event }) => names.includes(event))
const digest = expect.stringMatching(/^[0-9a-f]{16}$/) as unknown as string

test('a login, an account that is added and removed, and a sign-out', async () => {
  const browser = createBrowser()
  await signIn(browser)
  await post(browser, '/auth/other/link')
  await post(browser, '/auth/other/unlink')
  await post(browser, '/auth/logout')
  const [login, link] = trail()
  expect(trail()).toEqual([
    { event: 'login', provider: 'corp', user: digest },
    { event: 'link', provider: 'other', user: login?.['user'], account: digest },
    { event: 'unlink', provider: 'other', user: login?.['user'], account: link?.['account'] },
    { event: 'logout', provider: 'corp', user: login?.['user'] },
  ])
  expect(link?.['account']).not.toBe(login?.['user'])
  expect(told.filter(([level]) => level !== 'info')).toEqual([])
  const line = told.find(([, { event }]) => event === 'link')?.[2]
  expect(line).toBe(`link provider=other user=${String(link?.['user'])} account=${String(link?.['account'])}`)
})

test('a user has the same digest at each login, another one with another secret, and no plain one', async () => {
  await signIn(createBrowser())
  await signIn(createBrowser())
  await app.close()
  await start({ secret: 'another secret of the tests, long enough too' })
  await signIn(createBrowser())
  const [first, again, elsewhere] = trail().map(({ user }) => user)
  expect(again).toBe(first)
  expect(elsewhere).not.toBe(first)
})

test('a sign-out of one of several accounts', async () => {
  const browser = createBrowser()
  await signIn(browser)
  await post(browser, '/auth/other/link')
  const [login, link] = trail()
  await browser.go(at('/leave'))
  expect(trail().slice(2)).toEqual([{ event: 'logout', provider: 'other', user: login?.['user'], account: link?.['account'] }])
})

const refusals: [how: string, refusal: () => boolean, code: string][] = [
  ['by false', () => false, 'login_refused'],
  ['by an error of its own', overTrial, 'forbidden'],
]

function overTrial(): never {
  throw new AuthError('forbidden', 'The trial is over.')
}

test.each(refusals)('an application that refuses a login, and an account, %s', async (_how, refusal, code) => {
  refuse = refusal
  const browser = createBrowser()
  await browser.go((await untilCallback(browser, 'other')).href)
  refuse = undefined
  await signIn(browser)
  refuse = refusal
  await browser.go((await untilCallback(browser, 'other', 'POST')).href)
  const [refused, login] = trail()
  expect(trail()).toEqual([
    { event: 'login_refused', provider: 'other', code, account: digest },
    { event: 'login', provider: 'corp', user: digest },
    { event: 'login_refused', provider: 'other', code, user: login?.['user'], account: refused?.['account'] },
  ])
  // What the visitor is told is the entry beside it.
  expect(told.filter(([, { event }]) => event === 'login_failed')).toHaveLength(2)
})

test('a user who refuses at the provider, signed in or not', async () => {
  const browser = createBrowser()
  await deny(browser, 'corp')
  await signIn(browser)
  await deny(browser, 'other', 'POST')
  expect(trail()).toEqual([
    { event: 'login_refused', provider: 'corp', code: 'access_denied' },
    { event: 'login', provider: 'corp', user: digest },
    { event: 'login_refused', provider: 'other', code: 'access_denied', user: trail()[1]?.['user'] },
  ])
})

test('a silent sign-in that the provider would have to ask about has been refused by nobody', async () => {
  const browser = createBrowser()
  const { headers } = await browser.go(at('/auth/corp?prompt=none'), { headers: own, follow: false })
  const state = new URL(headers.get('location') ?? '').searchParams.get('state') ?? ''
  await browser.go(at(`/auth/corp/callback?error=consent_required&state=${state}&iss=${encodeURIComponent(openid.issuer)}`))
  expect(told.map(([, { event }]) => event)).toContain('login_not_silent')
  expect(trail()).toEqual([])
})

test("an account that is another user's, once for however many requests bring it", async () => {
  const [ada, grace] = [createBrowser(), createBrowser()]
  await signIn(ada)
  await signIn(grace, 'other')
  const [first, owner] = trail()
  const callback = await untilCallback(ada, 'other', 'POST')
  const answers = await Promise.all([ada.go(callback.href), ada.go(callback.href), ada.go(callback.href)])
  expect(answers.map(({ status }) => status)).toEqual([409, 409, 409])
  expect(trail().slice(2)).toEqual([
    { event: 'link_conflict', provider: 'other', code: 'link_conflict', user: first?.['user'], account: owner?.['user'] },
  ])
})

test.each([
  ['with a user store', {}],
  ['without one', { userStore: undefined }],
])("a login in place of another user's is a switch, one of the same user is none, %s", async (_how, options) => {
  await app.close()
  await start(options as Partial<AuthRouterOptions>)
  const browser = createBrowser()
  await signIn(browser)
  await signIn(browser)
  expect(trail()).toHaveLength(2)
  await signIn(browser, 'other')
  const before = trail()[1]?.['user']
  expect(trail().slice(2)).toEqual([
    { event: 'user_switched', provider: 'other', user: digest, previous: before },
    { event: 'login', provider: 'other', user: digest },
  ])
  expect(trail()[2]?.['user']).toBe(trail()[3]?.['user'])
})

test('a user who is forgotten', async () => {
  const browser = createBrowser()
  await signIn(browser)
  const { data } = await browser.json<{ id: string }>(at('/user'))
  canaries.push(data.id)
  await app.router.forget(data.id)
  const [login, ...rest] = trail()
  expect(rest).toEqual([{ event: 'user_forgotten', accounts: [login?.['user']] }])
  const line = told.find(([, { event }]) => event === 'user_forgotten')?.[2]
  expect(line).toBe(`user_forgotten accounts=${String(login?.['user'])}`)
})

test('a failure that nobody refused is no entry of the trail', async () => {
  refuse = () => {
    throw new Error('The table is gone')
  }
  const browser = createBrowser()
  await browser.go((await untilCallback(browser, 'corp')).href)
  await browser.go(at('/auth/corp/callback?error=access_denied&state=nobody'))
  await browser.json(at('/auth/nobody'))
  expect(trail()).toEqual([])
  expect(told.filter(([, { event }]) => event === 'login_failed')).toHaveLength(3)
})
