import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import session from 'express-session'
import { randomToken } from '../../lib/base/random.js'
import { defineProtocol } from '../../lib/protocols/defineProtocol.js'
import { fetchProfile } from '../../lib/protocols/userinfo.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { ApiClient, AuthRouterOptions, LoginEvent } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startEngines, type Engines } from '../support/engines.js'
import { sendJson, type AppHandler } from '../support/hosts.js'

/** A protocol that says who somebody is and gives no tokens, in the place of OAuth 2.0. */
const protocol = defineProtocol({
  authorize({ redirectUri }) {
    const state = randomToken()
    return Promise.resolve({ location: `${redirectUri}?state=${state}&id=7`, state, checks: {} })
  },
  checkResponse: (_context, grant) => Promise.resolve(grant.parameters),
  exchange: (_context, grant) =>
    Promise.resolve({ response: { id: grant.type === 'authorization_code' ? grant.parameters['id'] : undefined, display_name: 'Ada' } }),
  userinfo: (context, tokenSet) => fetchProfile(context, tokenSet, sign),
  sign,
})

function sign(): never {
  throw new Error('There is nothing to sign with')
}

jest.unstable_mockModule('../../lib/protocols/oauth2/oauth2.js', () => ({ protocol }))

let openid: OpenidProvider
let engines: Engines
let logins: LoginEvent[]
const onTokens = jest.fn<() => void>()

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})
afterEach(async () => {
  jest.restoreAllMocks()
  await engines.close()
})

async function codeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

/** What becomes of each thing that an application may do with a client. */
async function tried(client: ApiClient): Promise<unknown[]> {
  const { credentials } = client
  return Promise.all(
    [
      () => client.get('me'),
      () => client.fetch('me'),
      () => client.pages('me')[Symbol.asyncIterator]().next(),
      () => credentials.accessToken,
      () => credentials.refresh({ force: true }),
      () => credentials.revoke(),
      () => credentials.seal(),
    ].map(codeOf),
  )
}

const handlers: Record<string, AppHandler> = {
  '/tried': async (req, res) => {
    sendJson(res, { tried: await tried(req.oauthClient), listed: req.oauthClient.credentials })
  },
}

const modes: Record<string, () => Partial<AuthRouterOptions>> = {
  'a sealed cookie': () => ({}),
  'express-session': () => ({ session: { store: new session.MemoryStore() } }),
  'a token store': () => ({ tokenStore: memoryTokenStore() }),
  "a table of the application's own": () => ({ tokenStore: memoryTokenStore(), fetchToken: () => undefined, hooks: { onTokens } }),
}

async function start(options: Partial<AuthRouterOptions>): Promise<void> {
  logins = []
  onTokens.mockClear()
  engines = await startEngines(
    openid,
    {
      ...options,
      hooks: {
        onLogin: (event) => {
          logins.push(event)
        },
        ...options.hooks,
      },
    },
    { handlers },
  )
}

async function signedIn(): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${engines.url}/auth/plain?returnTo=/me`)
  return browser
}

async function idOf(browser: Browser): Promise<string | undefined> {
  return (await browser.json<{ id: string } | null>(`${engines.url}/me`)).data?.id
}

describe.each(Object.entries(modes))('An identity without tokens, in %s', (_name, mode) => {
  test('is a signed-in user, and an account whose client says that there is no access', async () => {
    await start(mode())
    const browser = await signedIn()
    expect((await browser.json(`${engines.url}/me`)).data).toMatchObject({
      provider: 'plain',
      id: '7',
      name: 'Ada',
      raw: { id: '7', display_name: 'Ada' },
    })
    expect((await browser.json(`${engines.url}/tried`)).data).toEqual({
      tried: Array.from({ length: 7 }, () => 'credentials_gone'),
      listed: { provider: 'plain' },
    })
    expect(await idOf(browser)).toBe('7')
    expect(logins.map(({ user, tokens }) => [user.id, tokens])).toEqual([['7', undefined]])
    expect(onTokens).not.toHaveBeenCalled()
  })

  test('is signed out like any other', async () => {
    await start(mode())
    const browser = await signedIn()
    const { status } = await browser.json(`${engines.url}/auth/logout`, { method: 'POST', headers: { origin: engines.url } })
    expect([status, await idOf(browser)]).toEqual([200, undefined])
  })
})

describe('An identity without tokens, where a token store is', () => {
  test('is signed out for every copy of its session, in every process', async () => {
    await start({ tokenStore: memoryTokenStore() })
    const [browser, other] = [await signedIn(), await signedIn()]
    const cookie = [...browser.cookies(engines.host)].map(([name, value]) => `${name}=${value}`).join('; ')
    const idOfCopy = async (): Promise<unknown> =>
      (await createBrowser().json<{ id: string } | null>(`${engines.url}/me`, { headers: { cookie } })).data?.id
    expect(await idOfCopy()).toBe('7')
    await browser.json(`${engines.url}/auth/logout`, { method: 'POST', headers: { origin: engines.url } })
    for (let process = 0; process < engines.routers.length; process++) {
      engines.answerWith(process)
      expect([await idOfCopy(), await idOf(other)]).toEqual([undefined, '7'])
    }
    expect(await engines.routers[1]?.logoutEverywhere('plain$7')).toBe(1)
    expect(await idOf(other)).toBeUndefined()
  })

  test('stays signed in as long as it is used, where sessions have no end', async () => {
    const now = Date.now()
    const at = (days: number): void => {
      jest.spyOn(Date, 'now').mockReturnValue(now + days * 86_400_000)
    }
    await start({ tokenStore: memoryTokenStore({ now: () => Date.now() }), expiry: { absolute: false } })
    const browser = await signedIn()
    for (const days of [30, 60, 90, 120]) {
      at(days)
      expect(await idOf(browser)).toBe('7')
    }
  })
})
