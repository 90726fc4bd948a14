import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { authRouter, type AuthError, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { listen } from '../support/hosts.js'

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})

async function serve(
  build: (auth: AuthRouter) => express.Express,
  options: Partial<AuthRouterOptions> = {},
): Promise<{ url: string; auth: AuthRouter; close: () => Promise<void> }> {
  let app = express()
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const auth = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: { corp: entriesAt(openid, url).corp }, ...options })
  app = build(auth)
  return { url, auth, close }
}

test('An application may start and end logins on routes of its own', async () => {
  const { url, close } = await serve((auth) =>
    express()
      .use(auth)
      .get('/enter', auth.login('corp', { returnTo: '/me' }))
      .post('/leave', auth.logout({ returnTo: '/me' }))
      .post('/leave-badly', auth.logout({ returnTo: '//evil.example' }))
      .get('/unknown', auth.login('nobody'))
      .get('/me', (req, res) => {
        res.json(req.authUser?.name ?? null)
      })
      .use(((error: AuthError, _req, res, _next) => {
        res.status(error.status).json(error)
      }) as express.ErrorRequestHandler),
  )
  try {
    const browser = createBrowser()
    expect(await browser.go(`${url}/enter`)).toMatchObject({ url: `${url}/me`, body: '"Ada Example"' })
    expect(await browser.go(`${url}/leave`, { method: 'POST' })).toMatchObject({ url: `${url}/me`, body: 'null' })
    expect((await browser.go(`${url}/leave-badly`, { method: 'POST', follow: false })).headers.get('location')).toBe('/')
    expect((await browser.json(`${url}/unknown`)).data).toMatchObject({ error: 'unknown_provider' })
  } finally {
    await close()
  }
})

test('Without the router before them they say what is missing', async () => {
  const { url, close } = await serve((auth) =>
    express()
      .get('/enter', auth.login('corp'))
      .use(((error: AuthError, _req, res, _next) => {
        res.status(error.status).json(error)
      }) as express.ErrorRequestHandler),
  )
  try {
    expect((await createBrowser().json(`${url}/enter`)).data).toMatchObject({
      error: 'config_invalid',
      message: expect.stringContaining('app.use') as unknown,
    })
  } finally {
    await close()
  }
})

test('Listeners are told of logins and logouts', async () => {
  const { url, auth, close } = await serve((router) => express().use(router))
  const heard: string[] = []
  auth.on('login', ({ user }) => {
    heard.push(`in ${user.key}`)
  })
  auth.on('logout', ({ user }) => {
    heard.push(`out ${user.key}`)
  })
  auth.on('error', ({ error, provider }) => {
    heard.push(`${error.code} ${provider ?? ''}`)
  })
  try {
    const browser = createBrowser()
    await browser.go(`${url}/auth/corp`)
    await browser.go(`${url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
    await browser.go(`${url}/auth/corp/callback?state=x`)
    expect(heard).toEqual(['in corp$ada-id', 'out corp$ada-id', 'state_unknown corp'])
  } finally {
    await close()
  }
})

describe('A login with a provider that there is not', () => {
  const jsonErrors: express.ErrorRequestHandler = (error: AuthError, _req, res, _next) => {
    res.status(error.status).json({ handed: error.code })
  }

  /** What is heard of it by listener, hook and log. */
  function listening(): { heard: string[]; options: Partial<AuthRouterOptions>; listen: (auth: AuthRouter) => void } {
    const heard: string[] = []
    const tell = (event: object): void => {
      const { event: name, code, provider } = event as Record<string, string>
      heard.push(`log ${String(name)} ${String(code)} ${String(provider)}`)
    }
    return {
      heard,
      options: {
        logger: { debug: () => undefined, info: () => undefined, warn: tell, error: tell },
        hooks: {
          onError: ({ error }) => {
            heard.push(`hook ${error.code}`)
          },
        },
      },
      listen: (auth) => {
        auth.on('error', ({ error, provider }) => {
          heard.push(`event ${error.code} ${provider ?? ''}`)
        })
      },
    }
  }

  const everything = ['log login_failed unknown_provider nosuch', 'event unknown_provider nosuch', 'hook unknown_provider']

  test.each([
    ['page', { error: 'unknown_provider' }],
    ['next', { handed: 'unknown_provider' }],
  ] as const)("on a route of the application's is a failure like any other, with errors: %s", async (errors, answer) => {
    const { heard, options, listen: hear } = listening()
    const { url, auth, close } = await serve((router) => express().use(router).get('/enter', router.login('nosuch')).use(jsonErrors), {
      ...options,
      errors,
    })
    hear(auth)
    try {
      expect(await createBrowser().json(`${url}/enter`)).toMatchObject({ status: 404, data: answer })
      expect(heard).toEqual(everything)
    } finally {
      await close()
    }
  })

  test('in a handler is told as well, and the handler answers', async () => {
    const { heard, options, listen: hear } = listening()
    const { url, auth, close } = await serve(
      (router) =>
        express()
          .use(router)
          .get('/enter', (req) => req.auth.login('nosuch'))
          .get('/leave', (req) => req.auth.logout({ key: 'corp$1', everywhere: true }))
          .use(jsonErrors),
      options,
    )
    hear(auth)
    try {
      expect(await createBrowser().json(`${url}/enter`)).toMatchObject({ status: 404, data: { handed: 'unknown_provider' } })
      expect(heard).toEqual(everything)
      expect((await createBrowser().json(`${url}/leave`)).data).toEqual({ handed: 'config_invalid' })
      expect(heard.slice(3)).toEqual(['log login_failed config_invalid undefined', 'event config_invalid ', 'hook config_invalid'])
    } finally {
      await close()
    }
  })
})
