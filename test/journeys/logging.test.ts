import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { requireLogin, type AuthRouterOptions } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { listen, sendJson, type AppParts } from '../support/hosts.js'

/** What an application that configures no logger finds on its console. */

let openid: OpenidProvider
let lines: string[]

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(() => {
  lines = []
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    jest.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(line)
    })
})
afterEach(() => {
  jest.restoreAllMocks()
})

const byDefault = { logger: undefined } as unknown as Partial<AuthRouterOptions>

async function withApplication(
  options: Partial<AuthRouterOptions>,
  parts: Partial<AppParts>,
  run: (app: Application) => Promise<void>,
): Promise<void> {
  const app = await startApplication(openid, { ...byDefault, ...options }, parts)
  try {
    await run(app)
  } finally {
    await app.close()
  }
}

async function untilWritten(text: string): Promise<void> {
  while (!lines.some((line) => line.includes(text)))
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}

test('A sign-in that goes well writes nothing', async () => {
  await withApplication({}, {}, async (app) => {
    expect((await createBrowser().go(`${app.url}/auth/corp?returnTo=/me`)).body).toContain('Ada Example')
    expect(lines).toEqual([])
  })
})

test('Every failure that a visitor sees is one line and one event', async () => {
  const heard: string[] = []
  await withApplication(
    {},
    {
      guarded: {
        '/checked': [
          requireLogin({
            check: () => {
              throw new Error('The table is gone')
            },
          }),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
        '/private': [
          requireLogin(),
          (_req, res) => {
            sendJson(res, true)
          },
        ],
      },
    },
    async (app) => {
      app.router.on('error', ({ error, provider }) => {
        heard.push(`${error.code} ${provider ?? 'nobody'}`)
      })
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/corp/callback?state=canary-state&code=canary-code`)
      await browser.go(`${app.url}/auth/nobody`)
      await browser.json(`${app.url}/private`)
      await browser.go(`${app.url}/auth/corp`)
      await browser.go(`${app.url}/checked`)
      expect(lines).toEqual([
        'authrouter: login_failed state_unknown provider=corp: This sign-in was not started in this browser, or it was started too long ago.',
        'authrouter: login_failed unknown_provider provider=nobody: There is no such way to sign in here.',
        'authrouter: login_failed login_required: Sign in first.',
        'authrouter: login_failed hook_failed reason=check: The application could not decide whether you may see this. Cause: Error: The table is gone',
      ])
      expect(heard).toEqual(['state_unknown corp', 'unknown_provider nobody', 'login_required nobody', 'hook_failed nobody'])
    },
  )
})

test('A returnTo that leads elsewhere is one line', async () => {
  await withApplication({}, {}, async (app) => {
    await createBrowser().json(`${app.url}/auth/corp?returnTo=https://elsewhere.example/`)
    expect(lines).toEqual(['authrouter: return_to_refused: A returnTo that is not allowed was ignored.'])
  })
})

test('Failures that no visitor sees are lines too, with what lies underneath', async () => {
  const fail = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what} cannot be written`))
  await withApplication({ hooks: { onLogout: fail('The cart'), onError: fail('The audit log') } }, {}, async (app) => {
    app.router.on('login', fail('The statistics') as never)
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    await untilWritten('listener_failed')
    await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
    await browser.go(`${app.url}/auth/nobody`)
    await untilWritten('reason=onError')
    expect(lines).toEqual([
      'authrouter: listener_failed hook_failed reason=login: A listener of the application failed. Cause: Error: The statistics cannot be written',
      "authrouter: hook_failed provider=corp reason=onLogout: The application's function onLogout failed. Cause: Error: The cart cannot be written",
      'authrouter: login_failed unknown_provider provider=nobody: There is no such way to sign in here.',
      "authrouter: hook_failed reason=onError: The application's function onError failed. Cause: Error: The audit log cannot be written",
    ])
  })
})

test('A logger of the application is given the event and a text, and the console stays empty', async () => {
  const calls: unknown[][] = []
  const note = (...call: unknown[]): void => {
    calls.push(call)
  }
  await withApplication({ logger: { debug: note, info: note, warn: note, error: note } }, {}, async (app) => {
    await createBrowser().go(`${app.url}/auth/nobody`)
    expect(calls).toEqual([
      [
        {
          event: 'login_failed',
          provider: 'nobody',
          code: 'unknown_provider',
          status: 404,
          message: 'There is no such way to sign in here.',
        },
        'login_failed unknown_provider provider=nobody: There is no such way to sign in here.',
      ],
    ])
    expect(lines).toEqual([])
  })
})

test('A provider that cannot be reached is a line that says so, and holds nothing of the client', async () => {
  const calls: unknown[][] = []
  const note = (...call: unknown[]): void => {
    calls.push(call)
  }
  const { url: gone, close } = await listen(() => undefined)
  await close()
  for (const logger of [undefined, { debug: note, info: note, warn: note, error: note }]) {
    await withApplication(logger ? { logger } : {}, {}, async (app) => {
      app.router.register('down', {
        protocol: 'oauth1',
        requestTokenEndpoint: `${gone}/request`,
        authorizationEndpoint: `${gone}/authorize`,
        accessTokenEndpoint: `${gone}/token`,
        userinfoEndpoint: `${gone}/me`,
        clientId: 'down',
        clientSecret: 'canary-client-secret-down',
        profile: { id: 'id' },
      })
      expect((await createBrowser().go(`${app.url}/auth/down`)).status).toBe(502)
      const written = logger ? JSON.stringify(calls) : lines.join('\n')
      expect(written).toMatch(/login_failed provider_bad_response provider=down: .*ECONNREFUSED 127\.0\.0\.1/)
      expect(written).not.toContain('canary')
    })
  }
})

test('logger: false silences it all', async () => {
  await withApplication({ logger: false }, {}, async (app) => {
    await createBrowser().go(`${app.url}/auth/nobody`)
    expect(lines).toEqual([])
  })
})

test('A warning at start is told in the same way', async () => {
  await withApplication({ secret: undefined } as never, {}, () => {
    expect(lines).toEqual([expect.stringMatching(/^authrouter: AUTH_SECRET is not set/)])
    return Promise.resolve()
  })
})
