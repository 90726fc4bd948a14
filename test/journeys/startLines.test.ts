import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen } from '../support/hosts.js'

/** What is printed when an application starts. */

const options: AuthRouterOptions = {
  secret: testSecret,
  baseUrl: 'http://localhost:3000',
  providers: { corp: { protocol: 'oidc', issuer: 'https://id.example', clientId: 'a', clientSecret: 'b' } },
}
const line = 'Callback URLs, to be registered with the providers: http://localhost:3000/auth/corp/callback'
const environment = process.env['NODE_ENV']

let printed: string[]
beforeEach(() => {
  printed = []
  jest.spyOn(console, 'info').mockImplementation((text) => {
    printed.push(String(text))
  })
})
afterEach(() => {
  jest.restoreAllMocks()
  process.env['NODE_ENV'] = environment
})

describe('The callback URLs', () => {
  test('are printed once in development', () => {
    process.env['NODE_ENV'] = 'development'
    authRouter(options)
    expect(printed).toEqual([`authrouter: ${line}`])
  })

  test('go to the logger of the application where it has one, and nowhere where it wants none', () => {
    process.env['NODE_ENV'] = 'development'
    const info = jest.fn()
    authRouter({ ...options, logger: { debug: () => undefined, info, warn: () => undefined, error: () => undefined } })
    expect(info).toHaveBeenCalledWith({ event: 'config_info', message: line }, line)
    authRouter({ ...options, logger: false })
    expect(printed).toEqual([])
  })

  test('are not printed in tests', () => {
    authRouter(options)
    expect(printed).toEqual([])
  })
})

describe('A router that is mounted at the prefix of its routes', () => {
  const noLines: string[] = []

  async function warnings(
    host: keyof typeof hosts,
    mountPath: string | undefined,
    paths: string[],
    given: Partial<AuthRouterOptions> = {},
  ): Promise<string[]> {
    const warned: string[] = []
    jest.spyOn(console, 'warn').mockImplementation((text) => {
      warned.push(String(text))
    })
    const { url, close } = await listen(
      hosts[host]({ router: authRouter({ ...options, ...given }), ...(mountPath === undefined ? {} : { mountPath }) }),
    )
    try {
      for (const path of paths) await createBrowser().go(url + path, { follow: false })
    } finally {
      await close()
    }
    return warned
  }

  test.each(['Express 5', 'Express 4', 'Connect'] as const)('says once where they are now, with %s', async (host) => {
    expect(await warnings(host, '/auth', ['/', '/auth/corp', '/auth/corp', '/auth/google'])).toEqual([
      'authrouter: The router is mounted at /auth, and its routes begin with /auth by themselves: they are at /auth/auth now. Mount it with app.use(auth), or leave out that part of the path.',
    ])
  })

  test('says so below another path, and of another prefix', async () => {
    expect(await warnings('Express 5', '/account/sign-in', ['/account/sign-in/corp'], { path: '/sign-in' })).toEqual([
      expect.stringContaining('they are at /account/sign-in/sign-in now'),
    ])
  })

  test('is none that is mounted elsewhere', async () => {
    expect(await warnings('Express 5', undefined, ['/', '/auth', '/auth/x/y', '/x/auth'])).toEqual(noLines)
    expect(await warnings('Express 5', '/account', ['/account/x'])).toEqual(noLines)
    expect(await warnings('Express 5', '/auth', ['/auth/x'], { logger: false })).toEqual(noLines)
  })
})
