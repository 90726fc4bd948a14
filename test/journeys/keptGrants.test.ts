import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import expressSession from 'express-session'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { authRouter, requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { hosts, listen, sendJson, type AppParts } from '../support/hosts.js'
import { sendJson as answer, startServer, type SmallServer } from '../support/unitServer.js'

/** A provider that gives a refresh token at the first consent only, and replaces it with each use. */

let provider: SmallServer
let asked: URLSearchParams[]
let logins: number
let refreshToken: string | undefined
let scope: string | undefined
let id: string
let refreshedWith: string[]
/** Which of two processes answers. */
let answering: number
/** What the provider's profile waits for. */
let held: Promise<void> | undefined
let browser: Browser
let url: string
let close: (() => Promise<void>) | undefined

beforeEach(async () => {
  asked = []
  logins = 0
  scope = 'as asked'
  id = '7'
  refreshToken = 'first'
  refreshedWith = []
  held = undefined
  answering = 0
  provider = await startServer(async ({ url: target, body }, res) => {
    const { pathname, searchParams } = new URL(target, 'http://provider')
    if (pathname === '/authorize') {
      asked.push(searchParams)
      res.writeHead(302, { location: `${searchParams.get('redirect_uri') ?? ''}?code=c&state=${searchParams.get('state') ?? ''}` }).end()
    } else if (pathname === '/token') {
      const form = new URLSearchParams(body)
      if (form.get('grant_type') === 'refresh_token') {
        refreshedWith.push(form.get('refresh_token') ?? '')
        answer(res, { access_token: 'refreshed', token_type: 'Bearer', refresh_token: `after ${form.get('refresh_token') ?? ''}` })
        return
      }
      const granted = scope === 'as asked' ? asked.at(-1)?.get('scope') : scope
      answer(res, {
        access_token: `access-${String(++logins)}`,
        token_type: 'Bearer',
        ...(granted === undefined ? {} : { scope: granted }),
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      })
    } else {
      await held
      answer(res, { id, name: 'Ada Example' })
    }
  })
})
afterEach(async () => {
  await close?.()
  close = undefined
  await provider.close()
})

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<void> {
  const entry: Record<string, unknown> = {
    protocol: 'oauth2',
    authorizationEndpoint: `${provider.origin}/authorize`,
    tokenEndpoint: `${provider.origin}/token`,
    userinfoEndpoint: `${provider.origin}/me`,
    apiBaseUrl: `${provider.origin}/`,
    scope: ['profile'],
    scopes: ['mail', 'projects'],
    profile: { id: 'id', name: 'name' },
    clientId: 'a',
    clientSecret: 'b',
  }
  const routers = [1, 2].map(() =>
    authRouter({ secret: testSecret, logger: false, providers: { plain: entry, other: { ...entry, clientId: 'c' } }, ...options }),
  )
  const apps = routers.map((router) =>
    hosts['Express 5']({
      router,
      guarded: { '/mail': [requireLogin({ scope: ['mail'] }), (req, res) => sendJson(res, req.oauthClient.credentials.scope)] },
      handlers: {
        '/refresh': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendJson(res, req.oauthClient.credentials.scope)
        },
        '/scope': (req, res) => {
          sendJson(res, req.oauthClient.credentials.scope)
        },
        '/more': async (req) => {
          await req.auth.login('plain', { scope: ['projects'], returnTo: '/scope' })
        },
      },
      ...parts,
    }),
  )
  const app = await listen((req, res) => {
    apps[answering]?.(req, res)
  })
  url = app.url
  close = async () => {
    await Promise.all(routers.map((router) => router.close()))
    await app.close()
  }
  browser = createBrowser()
  await browser.go(`${url}/auth/plain`)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

const modes: [string, () => Partial<AuthRouterOptions>, () => Partial<AppParts>][] = [
  ['the session', () => ({}), () => ({})],
  ['a token store', () => ({ tokenStore: memoryTokenStore() }), () => ({})],
  [
    'express-session',
    () => ({}),
    () => ({ before: [expressSession({ secret: 'cat', resave: false, saveUninitialized: false }) as never] }),
  ],
]

describe.each(modes)('The refresh token, kept in %s', (where, options, parts) => {
  beforeEach(() => start(options(), parts()))

  test('stays where a step-up brings none', async () => {
    refreshToken = undefined
    expect((await browser.go(`${url}/mail`)).body).toBe('"profile mail"')
    expect((await browser.go(`${url}/refresh`)).body).toBe('"profile mail"')
    expect(refreshedWith).toEqual(['first'])
  })

  test('is the newest one, where it was replaced before', async () => {
    await browser.go(`${url}/refresh`)
    refreshToken = undefined
    await browser.go(`${url}/mail`)
    await browser.go(`${url}/refresh`)
    expect(refreshedWith).toEqual(['first', 'after first'])
  })

  test.each(where === 'a token store' ? [0, 1] : [0])(
    'is the newest one, where process %d replaces it while the login ends',
    async (other) => {
      refreshToken = undefined
      const { headers } = await browser.go(`${url}/mail`, { follow: (location) => !location.includes('/callback?') })
      let release = (): void => undefined
      held = new Promise((resolve) => (release = resolve))
      const before = provider.received.length
      const callback = browser.go(headers.get('location') ?? '', { follow: false })
      // Its tokens are there, and its profile is asked for.
      await until(() => provider.received.length === before + 2)
      answering = other
      await browser.go(`${url}/refresh`)
      answering = 0
      release()
      expect((await callback).headers.get('location')).toBe('/mail')
      await browser.go(`${url}/refresh`)
      expect(refreshedWith).toEqual(['first', 'after first'])
    },
  )

  test('gives way to a new one', async () => {
    refreshToken = 'second'
    await browser.go(`${url}/mail`)
    await browser.go(`${url}/refresh`)
    expect(refreshedWith).toEqual(['second'])
  })

  test("is nobody else's, and no other client's", async () => {
    refreshToken = undefined
    id = '8'
    await browser.go(`${url}/auth/plain`)
    expect((await browser.go(`${url}/refresh`)).status).toBe(401)
    expect(refreshedWith).toEqual([])
  })

  test('goes with the session of its account alone', async () => {
    refreshToken = undefined
    await browser.go(`${url}/auth/other`)
    expect((await browser.go(`${url}/refresh`)).status).toBe(401)
    expect(refreshedWith).toEqual([])
  })
})

describe('What was granted', () => {
  beforeEach(() => start())

  test.each([
    ['a link with scope', '/auth/plain?scope=projects&returnTo=/scope'],
    ["a handler's own login", '/more'],
  ])('is asked for again by %s', async (_how, path) => {
    await browser.go(`${url}/mail`)
    expect((await browser.go(url + path)).body).toBe('"profile mail projects"')
    expect(asked.map((query) => query.get('scope'))).toEqual(['profile', 'profile mail', 'profile mail projects'])
  })

  test('is not asked for by a login that asks for nothing more, nor for somebody who is signed out', async () => {
    await browser.go(`${url}/mail`)
    await browser.go(`${url}/auth/plain`)
    await createBrowser().go(`${url}/auth/plain?scope=projects`)
    expect(asked.map((query) => query.get('scope')).slice(2)).toEqual(['profile', 'profile projects'])
  })

  test("of another entry's account is not asked for", async () => {
    await browser.go(`${url}/mail`)
    await browser.go(`${url}/auth/other?scope=projects`)
    expect(asked.at(-1)?.get('scope')).toBe('profile projects')
  })

  test.each([
    ['smaller', 'profile', '"profile"'],
    ['larger', 'profile mail projects admin', '"profile mail projects admin"'],
    // RFC 6749 section 5.1; CVE-2022-31690.
    ['absent: what was asked for', undefined, '"profile mail"'],
    ['empty: nothing', '', '""'],
  ])('is what the answer says: %s', async (_how, said, stored) => {
    scope = said
    await browser.go(`${url}/auth/plain?scope=mail`)
    expect((await browser.go(`${url}/scope`)).body).toBe(stored)
  })
})
