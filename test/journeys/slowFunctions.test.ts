import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { requireLogin, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication, type Application } from '../support/application.js'
import { createBrowser, type Page } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'

/** A function of the application's that never answers must not leave a visitor without an answer. */

jest.setTimeout(60_000)

let openid: OpenidProvider
let asked: string[]
let logged: { event: string; reason?: string; message?: string }[]

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(() => {
  asked = []
  logged = []
})
afterEach(() => {
  jest.useRealTimers()
})

const note = (event: object): void => {
  logged.push(event as (typeof logged)[number])
}

function hanging(name: string): () => Promise<never> {
  return () => {
    asked.push(name)
    return new Promise(() => undefined)
  }
}

/** What is answered once the time of the function that hangs is over. */
async function whenTimeIsUp(answer: Promise<Page>, name: string): Promise<Page> {
  while (!asked.includes(name))
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  jest.advanceTimersByTime(10_000)
  return answer
}

async function withApplication(
  options: Partial<AuthRouterOptions>,
  parts: Partial<AppParts>,
  run: (app: Application) => Promise<void>,
): Promise<void> {
  const app = await startApplication(openid, { logger: { debug: note, info: note, warn: note, error: note }, ...options }, parts)
  try {
    await run(app)
  } finally {
    jest.useRealTimers()
    await app.close()
  }
}

const holdTime = (): void => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance', 'Date'] })
}

test('An onLogin that hangs is a failed login', async () => {
  await withApplication({ hooks: { onLogin: hanging('onLogin') } }, {}, async (app) => {
    const browser = createBrowser()
    holdTime()
    const { status, body } = await whenTimeIsUp(browser.go(`${app.url}/auth/corp`), 'onLogin')
    expect({ status, body }).toEqual({
      status: 500,
      body: expect.stringContaining('The application&#39;s function onLogin did not answer within 10 seconds.') as unknown,
    })
    jest.useRealTimers()
    expect((await browser.json(`${app.url}/me`)).data).toBeNull()
    expect(logged).toContainEqual(
      expect.objectContaining({ event: 'login_failed', code: 'hook_failed', provider: 'corp', reason: 'onLogin' }),
    )
  })
})

test('An onLogout that hangs leaves nobody waiting, and nobody signed in', async () => {
  await withApplication({ hooks: { onLogout: hanging('onLogout') } }, {}, async (app) => {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    holdTime()
    const leave = browser.go(`${app.url}/auth/logout`, {
      method: 'POST',
      form: { returnTo: '/me' },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(await whenTimeIsUp(leave, 'onLogout')).toMatchObject({ url: `${app.url}/me`, body: 'null' })
    expect(logged).toContainEqual({
      event: 'hook_failed',
      code: 'hook_failed',
      status: 500,
      provider: 'corp',
      reason: 'onLogout',
      message: "The application's function onLogout did not answer within 5 seconds.",
    })
  })
})

test('An onError that hangs is in the log, when the visitor has long been answered', async () => {
  await withApplication({ hooks: { onError: hanging('onError') } }, {}, async (app) => {
    holdTime()
    expect((await createBrowser().go(`${app.url}/auth/nobody`)).status).toBe(404)
    jest.advanceTimersByTime(10_000)
    while (!logged.some(({ event }) => event === 'hook_failed'))
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    expect(logged).toContainEqual(expect.objectContaining({ event: 'hook_failed', reason: 'onError' }))
  })
})

test('A look-up of providers that hangs is an answer that names it, on routes and on guarded pages', async () => {
  const entries = new Map<string, ProviderEntry>()
  let hangs = false
  const providers: AuthRouterOptions['providers'] = (slug) => (hangs ? hanging('providers')() : Promise.resolve(entries.get(slug)))
  await withApplication(
    { providers },
    {
      guarded: {
        '/private': [
          requireLogin(),
          (_req, res) => {
            sendJson(res, 'let in')
          },
        ],
      },
    },
    async (app) => {
      entries.set('corp', entriesAt(openid, app.url).corp)
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      hangs = true
      for (const path of ['/auth/corp', '/private']) {
        asked = []
        holdTime()
        const { status, body } = await whenTimeIsUp(browser.go(app.url + path), 'providers')
        expect({ status, body }).toEqual({
          status: 500,
          body: expect.stringContaining('The application&#39;s function providers did not answer within 5 seconds.') as unknown,
        })
        jest.useRealTimers()
      }
    },
  )
})

test('A check of requireLogin that hangs, or fails, lets nobody in', async () => {
  const check = jest
    .fn<() => Promise<boolean>>()
    .mockImplementationOnce(hanging('check'))
    .mockRejectedValueOnce(new Error('canary of the database'))
  const guard = requireLogin({ check })
  await withApplication(
    {},
    {
      guarded: {
        '/checked': [
          guard,
          (_req, res) => {
            sendJson(res, 'let in')
          },
        ],
      },
    },
    async (app) => {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      holdTime()
      const { status, body } = await whenTimeIsUp(browser.go(`${app.url}/checked`), 'check')
      expect({ status, body }).toEqual({
        status: 500,
        body: expect.stringContaining('The application&#39;s function check did not answer within 5 seconds.') as unknown,
      })
      jest.useRealTimers()
      const failed = await browser.go(`${app.url}/checked`)
      expect(failed).toMatchObject({ status: 500, body: expect.stringContaining('could not decide whether you may see this') as unknown })
      expect(failed.body).not.toContain('canary')
    },
  )
})

test('A fetchToken that hangs fails what needs the tokens, and no more', async () => {
  let hangs = false
  const tokens = new Map<string, object>()
  await withApplication(
    {
      fetchToken: (slug) => (hangs ? hanging('fetchToken')() : (tokens.get(slug) as never)),
      hooks: {
        onTokens: ({ slug, tokens: held }) => {
          tokens.set(slug, held)
        },
      },
    },
    {
      handlers: {
        '/projects': (req, res) => {
          req.oauthClient.get('projects').then(
            ({ status }) => {
              sendJson(res, status)
            },
            (error: unknown) => {
              sendJson(res, (error as { message: string }).message)
            },
          )
        },
      },
    },
    async (app) => {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp`)
      hangs = true
      holdTime()
      expect((await whenTimeIsUp(browser.go(`${app.url}/projects`), 'fetchToken')).body).toBe(
        '"The application\'s function fetchToken did not answer within 5 seconds."',
      )
    },
  )
})
