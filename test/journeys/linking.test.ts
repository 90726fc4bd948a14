import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { requireLogin, type AuthRouterOptions, type AuthUser } from '../../middleware/index.js'
import { people, startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'

/** Several accounts in one session: added, shown, called, switched, removed, over each kind of session. */

let openid: OpenidProvider
let second: OpenidProvider

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: people[0]?.id ?? '' })
  second = await startOpenidProvider({ signInAs: people[1]?.id ?? '' })
})
afterAll(async () => {
  await Promise.all([openid.close(), second.close()])
})

interface Mode {
  options?: Partial<AuthRouterOptions>
  before?: AppParts['before']
}

const mounted = (): Mode => ({
  before: [session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never],
})

const modes: [string, () => Mode][] = [
  ['cookies and a token store', () => ({ options: { tokenStore: memoryTokenStore() } })],
  ['express-session', mounted],
  ['express-session, logins under way in it as well', () => ({ ...mounted(), options: { transactions: 'session' } })],
  ['express-session and a token store', () => ({ ...mounted(), options: { tokenStore: memoryTokenStore() } })],
]

interface Known {
  user: AuthUser | null
  accounts: AuthUser[]
  csrfToken: string | null
}

let application: Application
let browser: Browser

const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

async function start({ options = {}, before }: Mode, more: Partial<AuthRouterOptions> = {}): Promise<void> {
  application = await startApplication(
    openid,
    { ...options, ...more },
    {
      ...(before ? { before } : {}),
      handlers: {
        '/calls': async (req, res) => {
          const answers = await Promise.all(
            Object.entries(req.oauthClients).map(async ([slug, client]) => [slug, (await client.get('me')).data] as const),
          )
          sendJson(res, Object.fromEntries(answers))
        },
        '/switch': async (req, res) => {
          await req.auth.switch(new URL(req.url ?? '', 'http://x').searchParams.get('key') ?? '')
          sendJson(res, req.authUser)
        },
        '/leave': async (req, res) => {
          await req.auth.logout({ key: new URL(req.url ?? '', 'http://x').searchParams.get('key') ?? '' })
          sendJson(res, req.auth.accounts)
        },
      },
      guarded: {
        '/corp-only': [requireLogin('corp'), (req, res) => sendJson(res, req.authUser)],
        '/plain-only': [requireLogin('plain'), (req, res) => sendJson(res, req.authUser)],
      },
    },
  )
  const client = { clientId: 'other-app', clientSecret: 'another secret of the tests' }
  second.registerClient({ ...client, redirectUris: [`${application.url}/auth/other/callback`] })
  application.router.register('other', { protocol: 'oidc', issuer: second.issuer, apiBaseUrl: second.apiBaseUrl, ...client })
  browser = createBrowser()
}

const at = (path: string): string => `${application.url}${path}`
const known = async (who = browser): Promise<Known> => (await who.json<Known>(at('/auth/session'))).data
const keys = async (): Promise<string[]> => (await known()).accounts.map(({ key }) => key)
const post = (path: string, form: Record<string, string> = {}, headers: Record<string, string> = own): ReturnType<Browser['go']> =>
  browser.go(at(path), { method: 'POST', form, headers })

describe.each(modes)('With %s', (_name, mode) => {
  test('accounts are added one by one, each answers at its own API, and the session keeps its user', async () => {
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      const first = await known()
      await post('/auth/plain/link')
      await post('/auth/other/link')
      const { user, accounts, csrfToken } = await known()
      expect(user).toEqual(first.user)
      expect(accounts.map(({ provider }) => provider)).toEqual(['corp', 'plain', 'other'])
      // A new session, so a new token: nothing that was planted before lives on.
      expect(csrfToken).not.toBe(first.csrfToken)
      const { data } = await browser.json<Record<string, { login: string }>>(at('/calls'))
      expect(Object.keys(data)).toEqual(['corp', 'plain', 'other'])
      expect(data['other']?.login).not.toBe(data['corp']?.login)
    } finally {
      await application.close()
    }
  })

  test('an account is removed with its tokens, and the session goes on with the others', async () => {
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      await post('/auth/plain/link')
      const [corp = '', plain = ''] = await keys()
      await post('/auth/corp/unlink', { key: corp })
      expect(await known()).toMatchObject({ user: { key: plain }, accounts: [{ key: plain }] })
      expect(Object.keys((await browser.json<object>(at('/calls'))).data)).toEqual(['plain'])
      expect(await post('/auth/plain/unlink', {}, { ...own, accept: 'application/json' })).toMatchObject({ status: 409 })
      expect(await keys()).toEqual([plain])
    } finally {
      await application.close()
    }
  })

  test('another account becomes the current one, and one can be left', async () => {
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      await post('/auth/plain/link')
      const [corp = '', plain = ''] = await keys()
      expect((await browser.json(at(`/switch?key=${encodeURIComponent(plain)}`))).data).toMatchObject({ key: plain })
      expect(await known()).toMatchObject({ user: { key: plain } })
      expect((await browser.go(at('/switch?key=nobody'))).status).toBe(401)
      expect((await browser.json<AuthUser[]>(at(`/leave?key=${encodeURIComponent(plain)}`))).data.map(({ key }) => key)).toEqual([corp])
      expect(await known()).toMatchObject({ user: { key: corp }, accounts: [{ key: corp }] })
      await browser.json(at(`/leave?key=${encodeURIComponent(corp)}`))
      expect(await known()).toMatchObject({ user: null, accounts: [] })
    } finally {
      await application.close()
    }
  })

  test('who signs in by one of their accounts again keeps the others, and another user takes nothing over', async () => {
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      await post('/auth/plain/link')
      await browser.go(at('/auth/plain'))
      expect(await known()).toMatchObject({ user: { provider: 'plain' }, accounts: [{ provider: 'corp' }, { provider: 'plain' }] })
      await browser.go(at('/auth/other'))
      expect(await known()).toMatchObject({ user: { provider: 'other' }, accounts: [{ provider: 'other' }] })
    } finally {
      await application.close()
    }
  })

  test('an account is added to the user who asked for it, or to nobody', async () => {
    const inSession = mode().options?.transactions === 'session'
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      const begun = await browser.go(at('/auth/other/link'), { method: 'POST', headers: own, follow: (to) => !to.includes('/callback') })
      const callback = begun.headers.get('location') ?? ''
      expect(callback).toContain('/auth/other/callback')
      await post('/auth/logout')
      const late = await browser.json<{ error: string }>(callback)
      // A session that has ended takes the logins with it that are under way in it.
      expect(late.status).toBe(400)
      expect(['user_mismatch', ...(inSession ? ['state_unknown'] : [])]).toContain(late.data.error)
      expect(await known()).toMatchObject({ user: null, accounts: [] })
    } finally {
      await application.close()
    }
  })

  test('guards of two providers live together', async () => {
    await start(mode())
    try {
      await browser.go(at('/auth/corp'))
      expect(await browser.go(at('/plain-only'), { headers: own })).toMatchObject({ status: 200, url: at('/plain-only') })
      for (const path of ['/corp-only', '/plain-only', '/corp-only']) {
        expect(await browser.go(at(path), { headers: own, follow: false })).toMatchObject({ status: 200 })
      }
      expect(await known()).toMatchObject({ user: { provider: 'corp' }, accounts: [{ provider: 'corp' }, { provider: 'plain' }] })
    } finally {
      await application.close()
    }
  })
})

describe('Adding an account', () => {
  test('takes a POST from a page of the application, or its token', async () => {
    await start({ options: { tokenStore: memoryTokenStore() } })
    try {
      await browser.go(at('/auth/corp'))
      expect((await browser.go(at('/auth/plain/link'))).status).toBe(405)
      for (const site of ['cross-site', 'same-site', 'none']) {
        expect((await post('/auth/plain/link', {}, { 'sec-fetch-site': site })).status).toBe(403)
        expect((await post('/auth/corp/unlink', {}, { 'sec-fetch-site': site })).status).toBe(403)
      }
      expect((await post('/auth/plain/link', {}, { origin: 'null' })).status).toBe(403)
      expect(await keys()).toHaveLength(1)
      const { csrfToken } = await known()
      await post('/auth/plain/link', { csrfToken: csrfToken ?? '' }, {})
      expect(await keys()).toHaveLength(2)
    } finally {
      await application.close()
    }
  })

  test('asks for somebody who is signed in', async () => {
    await start({})
    try {
      expect(await post('/auth/plain/link', {}, { ...own, accept: 'application/json' })).toMatchObject({ status: 401 })
      expect(await post('/auth/plain/unlink', {}, { ...own, accept: 'application/json' })).toMatchObject({ status: 401 })
    } finally {
      await application.close()
    }
  })

  test('is refused before the provider is visited where a cookie has no room, and says what to configure', async () => {
    await start({}, { hooks: { onLogin: () => ({ user: { note: 'x'.repeat(1_300) } }) } })
    try {
      await browser.go(at('/auth/corp'))
      const refused = await post('/auth/plain/link')
      expect(refused).toMatchObject({ status: 413, url: at('/auth/plain/link') })
      expect(refused.body).toContain('tokenStore')
      expect(await keys()).toHaveLength(1)
    } finally {
      await application.close()
    }
  })

  test('is decided by onLink, told of by an event, and its end by onUnlink', async () => {
    const told: unknown[] = []
    let refuses = true
    await start(
      { options: { tokenStore: memoryTokenStore() } },
      {
        hooks: {
          onLink: ({ user, account, credentials }) => {
            told.push(['asked', user.provider, account.provider, credentials.provider])
            return !refuses
          },
          onUnlink: ({ user, account }) => {
            told.push(['unlinked', user.provider, account.provider])
          },
        },
      },
    )
    application.router.on('link', ({ user, account }) => told.push(['linked', user.provider, account.provider]))
    try {
      await browser.go(at('/auth/corp'))
      expect((await post('/auth/plain/link')).status).toBe(403)
      expect(await keys()).toHaveLength(1)
      refuses = false
      await post('/auth/plain/link')
      await post('/auth/plain/unlink')
      expect(told).toEqual([
        ['asked', 'corp', 'plain', 'plain'],
        ['asked', 'corp', 'plain', 'plain'],
        ['linked', 'corp', 'plain'],
        ['unlinked', 'corp', 'plain'],
      ])
    } finally {
      await application.close()
    }
  })
})

describe("ifLoggedIn: 'link'", () => {
  test('adds by a link of the own pages, asks where another site or an address led here, and never replaces', async () => {
    await start({ options: { tokenStore: memoryTokenStore() } }, { ifLoggedIn: 'link' })
    try {
      await browser.go(at('/auth/corp'))
      for (const site of ['cross-site', 'same-site', 'none']) {
        const asked = await browser.go(at('/auth/plain'), { headers: { 'sec-fetch-site': site, 'sec-fetch-dest': 'document' } })
        expect(asked).toMatchObject({ status: 200 })
        expect(asked.body).toContain('Add your Plain account?')
        expect(asked.body).toContain('action="/auth/plain/link"')
      }
      expect((await browser.go(at('/auth/plain'), { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
      expect(await keys()).toHaveLength(1)
      await browser.go(at('/auth/plain'), { headers: own })
      expect(await known()).toMatchObject({ user: { provider: 'corp' }, accounts: [{ provider: 'corp' }, { provider: 'plain' }] })
    } finally {
      await application.close()
    }
  })
})

test('Signing out everywhere by any key of a session ends it', async () => {
  await start({ options: { tokenStore: memoryTokenStore() } })
  try {
    await browser.go(at('/auth/corp'))
    await post('/auth/plain/link')
    const [, plain = ''] = await keys()
    expect(await application.router.logoutEverywhere(plain)).toBe(1)
    expect(await known()).toMatchObject({ user: null, accounts: [] })
  } finally {
    await application.close()
  }
})
