import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startEngines, type Engines } from '../support/engines.js'
import { sendJson, type AppHandler } from '../support/hosts.js'

let openid: OpenidProvider
let store: TokenStore
let engines: Engines

const handlers: Record<string, AppHandler> = {
  '/projects': async (req, res) => {
    const { status } = await req.oauthClient.get('projects')
    sendJson(res, { status })
  },
  '/many': async (req, res) => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => req.oauthClient.get('projects')))
    sendJson(
      res,
      answers.map(({ status }) => status),
    )
  },
  '/credentials': (req, res) => {
    sendJson(res, { ...req.oauthClient.credentials, token: req.oauthClient.credentials.accessToken })
  },
  '/revoke': async (req, res) => {
    sendJson(res, { revoked: await req.oauthClient.credentials.revoke() })
  },
  '/seal': (req, res) => {
    sendJson(res, { sealed: req.oauthClient.credentials.seal() })
  },
}

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(async () => {
  store = memoryTokenStore()
  engines = await startEngines(openid, { tokenStore: store }, { count: 4, handlers })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await engines.close()
})

function tokenCalls(): number {
  return openid.requests.filter(({ path, status }) => path.endsWith('/token') && status === 200).length
}

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

async function signedIn(slug = 'plain'): Promise<Browser> {
  const browser = createBrowser()
  const page = await browser.go(`${engines.url}/auth/${slug}?returnTo=/me`)
  expect(page.status).toBe(200)
  return browser
}

describe('With a token store', () => {
  test('a sign-in begun in one process is finished in another, and all of them call the API', async () => {
    const browser = await signedIn()
    for (let process = 0; process < 4; process++) {
      engines.answerWith(process)
      expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    }
  })

  test('the tokens are in the store, sealed, and not in the cookie', async () => {
    const set = jest.spyOn(store, 'set')
    const browser = await signedIn()
    const { data } = await browser.json<{ token: string }>(`${engines.url}/credentials`)
    expect(data.token).toEqual(expect.any(String))
    const records = set.mock.calls.filter(([key]) => key.includes(':tokens:'))
    expect(records).toHaveLength(1)
    expect(records[0]?.[0]).toMatch(/^authrouter:authrouter:tokens:[\w-]{22}$/)
    expect(records[0]?.[1]).toMatch(/^[\w-]+$/)
    expect(records[0]?.[1]).not.toContain(data.token)
    const length = [...browser.cookies(engines.host).values()].join('').length
    expect(length).toBeLessThan(1500)
  })

  test('an access that has ended is refreshed once, however many requests ask in however many processes', async () => {
    const browser = await signedIn()
    later(3601)
    const before = tokenCalls()
    const answers = await Promise.all(Array.from({ length: 12 }, () => browser.json<number[]>(`${engines.url}/many`)))
    expect(answers.flatMap(({ data }) => data)).toEqual(Array.from({ length: 300 }, () => 200))
    expect(tokenCalls()).toBe(before + 1)
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    expect(tokenCalls()).toBe(before + 1)
  })

  test('a renewal after the answer has begun is not lost', async () => {
    let finished: Promise<unknown> = Promise.resolve()
    await engines.close()
    engines = await startEngines(
      openid,
      { tokenStore: store },
      {
        count: 2,
        handlers: {
          ...handlers,
          '/late': (req, res) => {
            sendJson(res, {})
            finished = req.oauthClient.get('projects')
          },
        },
      },
    )
    const browser = await signedIn()
    later(3601)
    const before = tokenCalls()
    await browser.json(`${engines.url}/late`)
    expect(await finished).toMatchObject({ status: 200 })
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    expect(tokenCalls()).toBe(before + 1)
  })

  test('signing out in one process ends the session everywhere: a copy of the cookie is worth nothing', async () => {
    const browser = await signedIn()
    const copy = createBrowser()
    for (const [name, value] of browser.cookies(engines.host)) copy.cookies(engines.host).set(name, value)
    engines.answerWith(0)
    expect((await browser.json(`${engines.url}/auth/logout`, { method: 'POST', headers: { origin: engines.url } })).status).toBe(200)
    for (let process = 0; process < 4; process++) {
      engines.answerWith(process)
      expect((await copy.json(`${engines.url}/me`)).data).toBeNull()
    }
  })

  test('one callback that reaches four processes at once costs one token call, and signs in everywhere', async () => {
    const start = createBrowser()
    const atCallback = await start.go(`${engines.url}/auth/plain?returnTo=/me`, { follow: (location) => !location.includes('/callback?') })
    const callbackUrl = atCallback.headers.get('location') ?? ''
    const before = tokenCalls()
    const tabs = Array.from({ length: 8 }, () => {
      const tab = createBrowser()
      for (const [name, value] of start.cookies(engines.host)) tab.cookies(engines.host).set(name, value)
      return tab
    })
    const pages = await Promise.all(tabs.map((tab) => tab.go(callbackUrl)))
    expect(pages.map(({ status, body }) => [status, body.includes('ada')])).toEqual(tabs.map(() => [200, true]))
    expect(tokenCalls()).toBe(before + 1)
  })

  test('a store that is down, and so cannot say whether somebody has signed out, leaves nobody signed in, and everybody again when it is back', async () => {
    const browser = await signedIn()
    jest.spyOn(store, 'get').mockRejectedValue(new Error('down'))
    expect((await browser.json<{ id: string }>(`${engines.url}/me`)).data).toBeNull()
    for (const path of ['/projects', '/auth/session']) expect((await browser.go(`${engines.url}${path}`)).status).toBe(503)
    jest.restoreAllMocks()
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
  })

  test('a store that is down lets nobody in', async () => {
    jest.spyOn(store, 'set').mockRejectedValue(new Error('down'))
    const browser = createBrowser()
    const page = await browser.go(`${engines.url}/auth/plain`)
    expect(page.status).toBe(503)
    jest.restoreAllMocks()
    expect((await browser.json(`${engines.url}/me`)).data).toBeNull()
  })

  test('refreshed tokens that the store cannot take are written when it is back', async () => {
    await engines.close()
    engines = await startEngines(openid, { tokenStore: store }, { count: 1, handlers })
    const browser = await signedIn()
    later(3601)
    const before = tokenCalls()
    const set = jest.spyOn(store, 'set').mockRejectedValue(new Error('down'))
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    // Meanwhile the tokens that wait are the ones that count.
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    const key = set.mock.calls[0]?.[0] ?? ''
    set.mockRestore()
    const version = async (): Promise<number> => (await store.get(key))?.version ?? 0
    while ((await version()) < 2)
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    expect((await browser.json(`${engines.url}/projects`)).data).toEqual({ status: 200 })
    expect(tokenCalls()).toBe(before + 1)
  })

  test('revoked credentials are gone, the person is still signed in', async () => {
    const browser = await signedIn('corp')
    expect((await browser.json(`${engines.url}/revoke`)).data).toEqual({ revoked: true })
    expect((await browser.go(`${engines.url}/projects`)).status).toBe(401)
    expect((await browser.json<{ id: string }>(`${engines.url}/me`)).data).toMatchObject({ id: 'ada-id' })
  })

  test('sealed credentials share the record: job and browser refresh once, and sign-out ends both', async () => {
    const browser = await signedIn()
    const {
      data: { sealed },
    } = await browser.json<{ sealed: string }>(`${engines.url}/seal`)
    later(3601)
    const before = tokenCalls()
    const jobs = engines.routers.map((router) => router.client('plain', sealed))
    const answers = await Promise.all([
      ...jobs.map(async (job) => (await job.get('projects')).status),
      ...Array.from({ length: 4 }, async () => (await browser.json<{ status: number }>(`${engines.url}/projects`)).data.status),
    ])
    expect(answers).toEqual([200, 200, 200, 200, 200, 200, 200, 200])
    expect(tokenCalls()).toBe(before + 1)
    later(8000)
    await browser.json(`${engines.url}/auth/logout`, { method: 'POST', headers: { origin: engines.url } })
    await expect(engines.routers[0]?.client('plain', sealed).get('projects')).rejects.toMatchObject({ code: 'credentials_gone' })
  })
})
