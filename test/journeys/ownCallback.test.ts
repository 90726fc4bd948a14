import type { RequestListener } from 'node:http'
import type express from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { AuthError, CallbackOutcome, LoginEvent } from '../../middleware/index.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { listen } from '../support/hosts.js'
import { startThreeProtocols, threeSlugs, twoModes, type Served, type ThreeProtocols } from '../support/threeProtocols.js'

/** A callback that a handler of the application's answers: the same checks as on our own route, and once for a login. */

let protocols: ThreeProtocols
beforeAll(async () => {
  protocols = await startThreeProtocols()
})
afterAll(async () => {
  await protocols.close()
})

interface Call {
  result: CallbackOutcome
  user: unknown
  clients: string[]
  /** The API's answer to the client of the user. */
  status: number | undefined
}
const calls: Call[] = []
const heard: string[] = []
let decide: (event: LoginEvent) => boolean | undefined
let react: ((res: express.Response) => unknown) | undefined
beforeEach(() => {
  calls.length = 0
  heard.length = 0
  decide = () => undefined
  react = undefined
})

const more = { corp: { callbackPath: '/login/corp/return' }, old: { callbackPath: '/back/old' } }
/** The entry without a path of its own has its callback where the router would have it. */
const paths = { corp: '/login/corp/return', plain: '/auth/plain/callback', old: '/back/old' }

async function serve(mode?: (typeof twoModes)[number][1], extra: Parameters<ThreeProtocols['serve']>[0] = {}): Promise<Served> {
  const { options, before } = mode?.() ?? { options: {}, before: [] }
  const app = await protocols.serve({
    before,
    more,
    options: { ...options, hooks: { onLogin: (event) => decide(event) } },
    build: (express, auth) => {
      express.get('/enter/:slug', (req) => req.auth.login(req.params.slug, { state: { cart: 7 }, returnTo: '/me?from=there' }))
      const answer = async (result: CallbackOutcome, req: express.Request, res: express.Response): Promise<void> => {
        const call: Call = { result, user: req.authUser, clients: Object.keys(req.oauthClients), status: undefined }
        calls.push(call)
        if (result.user) call.status = (await req.oauthClient.get('me')).status
        if (react) {
          react(res)
          return
        }
        if (result.error) res.status(result.error.status).send(`no: ${result.error.code}`)
        else res.redirect(`/welcome?${result.user.id}`)
      }
      express.use((req, _res, next) => {
        void Object.keys(req.oauthClients)
        next()
      })
      for (const slug of threeSlugs) express.all(paths[slug], auth.callback(slug, answer))
      express.get('/elsewhere', auth.callback('corp', answer))
      express.get('/welcome', (req, res) => {
        res.json(req.authUser?.name ?? null)
      })
      express.use(((error: AuthError, _req, res, _next) => {
        res.status(500).send(`handed: ${error.message}`)
      }) as express.ErrorRequestHandler)
    },
    ...extra,
  })
  app.auth.on('error', ({ error, provider }) => {
    heard.push(`${error.code} ${provider ?? ''}`)
  })
  return app
}

async function callbackOf(browser: Browser, app: Served, slug: string, start = `/enter/${slug}`): Promise<URL> {
  const page = await browser.go(app.url + start, { follow: (location) => !location.startsWith(`${app.url}/`) })
  return new URL(page.headers.get('location') ?? '')
}

const nameAt = async (browser: Browser, { url }: Served): Promise<string | undefined> =>
  (await browser.json<{ name: string } | null>(`${url}/me`)).data?.name

describe.each(twoModes)('With logins kept in %s,', (_name, mode) => {
  let app: Served
  beforeAll(async () => {
    app = await serve(mode)
  })
  afterAll(() => app.close())

  test.each(threeSlugs)('the handler is given who has signed in with "%s", and answers', async (slug) => {
    const browser = createBrowser()
    const callback = await callbackOf(browser, app, slug)
    expect(callback.pathname).toBe(paths[slug])
    const page = await browser.go(callback.href)
    expect({ url: page.url, body: page.body }).toEqual({ url: `${app.url}/welcome?ada-id`, body: '"Ada Example"' })
    const [call] = calls
    expect(calls).toHaveLength(1)
    expect(call?.result).toEqual({
      provider: slug,
      returnTo: '/me?from=there',
      state: { cart: 7 },
      user: expect.objectContaining({ key: `${slug}$ada-id`, provider: slug, name: 'Ada Example' }) as unknown,
    })
    expect(call?.user).toEqual(call?.result.user)
    expect(call?.clients).toEqual([slug])
    expect(call?.status).toBe(200)
    expect(Object.isFrozen(call?.result.user)).toBe(true)
    expect(await nameAt(browser, app)).toBe('Ada Example')
  })

  test('a login that the sign-in page started has no state, and goes to the default', async () => {
    const browser = createBrowser()
    await browser.go((await callbackOf(browser, app, 'corp', '/auth/corp')).href)
    expect(calls[0]?.result).toEqual({ provider: 'corp', returnTo: '/', user: expect.anything() as unknown })
  })

  test('what carries the session may not be kept by a cache, nor told to another site', async () => {
    const browser = createBrowser()
    const { headers } = await browser.go((await callbackOf(browser, app, 'corp')).href, { follow: false })
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer'])
  })

  test.each(threeSlugs)('opened again it goes on to where the login led, at "%s", without the handler', async (slug) => {
    const browser = createBrowser()
    const callback = await callbackOf(browser, app, slug)
    await browser.go(callback.href)
    const again = await browser.go(callback.href, { follow: false })
    expect({ status: again.status, to: again.headers.get('location') }).toEqual({ status: 303, to: '/me?from=there' })
    expect(calls).toHaveLength(1)
  })

  test('many at once are one login, and one call of the handler', async () => {
    const browser = createBrowser()
    const callback = await callbackOf(browser, app, 'corp')
    const pages = await Promise.all(Array.from({ length: 8 }, () => browser.go(callback.href, { follow: false })))
    expect(calls).toHaveLength(1)
    expect(pages.map(({ headers }) => headers.get('location')).sort()).toEqual([
      ...Array.from({ length: 7 }, () => '/me?from=there'),
      '/welcome?ada-id',
    ])
    expect(await nameAt(browser, app)).toBe('Ada Example')
  })

  test.each([
    ['corp', 'error=access_denied', 'access_denied'],
    ['plain', 'error=server_error', 'provider_error'],
    ['old', 'denied=', 'access_denied'],
  ] as const)('the handler is told why a login with "%s" failed, and nobody is signed in', async (slug, query, code) => {
    const browser = createBrowser()
    const { searchParams } = await callbackOf(browser, app, slug)
    const iss = slug === 'corp' ? `&iss=${searchParams.get('iss') ?? ''}` : ''
    const name = slug === 'old' ? '' : `&state=${searchParams.get('state') ?? ''}${iss}`
    const answer = `${query}${slug === 'old' ? (searchParams.get('oauth_token') ?? '') : ''}${name}`
    const page = await browser.go(`${app.url}${paths[slug]}?${answer}`)
    expect(page.body).toBe(`no: ${code}`)
    expect(calls[0]).toMatchObject({
      result: { provider: slug, returnTo: '/me?from=there', state: { cart: 7 }, error: { code } },
      clients: [],
    })
    expect(calls[0]?.result).not.toHaveProperty('user')
    expect(heard).toEqual([`${code} ${slug}`])
    expect(await nameAt(browser, app)).toBeUndefined()
  })

  test('the handler is told of a login that onLogin refused or failed in', async () => {
    for (const [how, code] of [
      [() => false, 'login_refused'],
      [
        () => {
          throw new Error('canary of the hook')
        },
        'hook_failed',
      ],
    ] as const) {
      decide = how
      const browser = createBrowser()
      const page = await browser.go((await callbackOf(browser, app, 'corp')).href)
      expect(page.body).toBe(`no: ${code}`)
      expect(await nameAt(browser, app)).toBeUndefined()
    }
    expect(JSON.stringify(calls)).not.toContain('canary')
  })

  test.each(threeSlugs)('an answer from another browser is a failure, at "%s", and signs nobody in or out', async (slug) => {
    const callback = await callbackOf(createBrowser(), app, slug)
    const victim = createBrowser()
    await victim.go(`${app.url}/auth/plain`)
    calls.length = 0
    expect((await victim.go(callback.href)).body).toMatch(/^no: state_(unknown|used|mismatch)$/)
    expect(calls[0]?.result).toEqual({ provider: slug, returnTo: '/', error: expect.objectContaining({ status: 400 }) as unknown })
    expect(await nameAt(victim, app)).toBe('Ada Example')
    expect((await createBrowser().go(app.url + paths[slug])).body).toBe('no: state_missing')
  })

  test("another entry's answer is a failure", async () => {
    const browser = createBrowser()
    const { search } = await callbackOf(browser, app, 'corp')
    expect((await browser.go(`${app.url}${paths.plain}${search}`)).body).toBe('no: provider_mismatch')
    expect(calls[0]?.result).not.toHaveProperty('state')
  })

  test('a browser that loads it ahead of time is refused, and the login goes on', async () => {
    const browser = createBrowser()
    const callback = await callbackOf(browser, app, 'corp')
    const ahead = await browser.json(callback.href, { headers: { 'sec-purpose': 'prefetch' } })
    expect(ahead).toMatchObject({ status: 400, data: { error: 'bad_request' } })
    expect(calls).toEqual([])
    expect((await browser.go(callback.href)).body).toBe('"Ada Example"')
  })

  test.each([
    ['another method', '/login/corp/return', 'PUT', 405],
    ['a parameter twice', '/login/corp/return?state=a&state=b', 'GET', 400],
    ['a structure', '/login/corp/return?state[a]=b', 'GET', 400],
  ])('%s is no callback at all, and is answered for the handler', async (_what, path, method, status) => {
    const answer = await createBrowser().json(app.url + path, { method })
    expect(answer.status).toBe(status)
    expect(calls).toEqual([])
  })

  test.each(['/elsewhere', '/login/corp/return/', '/LOGIN/corp/return'])('at %s the handler is never asked', async (path) => {
    const browser = createBrowser()
    const { search } = await callbackOf(browser, app, 'corp')
    const { status, data } = await browser.json(app.url + path + search)
    expect({ status, data }).toMatchObject({
      status: 404,
      data: { message: expect.stringContaining("auth.callback('corp') answers at /login/corp/return only") as unknown },
    })
    expect(calls).toEqual([])
    expect(await nameAt(browser, app)).toBeUndefined()
  })

  test('the default route of the entry is no second door', async () => {
    const browser = createBrowser()
    const { search } = await callbackOf(browser, app, 'corp')
    expect((await browser.json(`${app.url}/auth/corp/callback${search}`)).status).toBe(404)
    expect(await nameAt(browser, app)).toBeUndefined()
  })

  test('what the handler throws is handed to the application', async () => {
    react = () => {
      throw new Error('of the handler')
    }
    const browser = createBrowser()
    const page = await browser.go((await callbackOf(browser, app, 'corp')).href)
    expect([page.status, page.body]).toEqual([500, 'handed: of the handler'])
    expect(heard).toEqual([])
    expect(await nameAt(browser, app)).toBe('Ada Example')
  })
})

describe('A provider that posts its answer', () => {
  test('finds the handler by way of our page, which brings the cookies along', async () => {
    const app = await serve(undefined, { more: { ...more, corp: { ...more.corp, responseMode: 'form_post' } } })
    try {
      const browser = createBrowser()
      const atProvider = await browser.go(`${app.url}/enter/corp`)
      const form = fieldsOf(atProvider.body)
      expect(Object.keys(form)).toEqual(expect.arrayContaining(['code', 'state']))
      // Lax cookies stay at home on a cross-site POST.
      const first = await createBrowser().go(app.url + paths.corp, { method: 'POST', form, headers: { 'sec-fetch-site': 'cross-site' } })
      expect(first.body).toContain(`<form method="post" action="${paths.corp}"`)
      expect(calls).toEqual([])
      const sameOrigin = { 'sec-fetch-site': 'same-origin' }
      const page = await browser.go(app.url + paths.corp, { method: 'POST', form: fieldsOf(first.body), headers: sameOrigin })
      expect(page.body).toBe('"Ada Example"')
      expect(calls).toHaveLength(1)
    } finally {
      await app.close()
    }
  })

  function fieldsOf(html: string): Record<string, string> {
    const fields = [...html.matchAll(/<input[^>]*>/g)].map(([input]) => [
      /name="([^"]*)"/.exec(input)?.[1],
      /value="([^"]*)"/.exec(input)?.[1],
    ])
    return Object.fromEntries(fields.filter(([name]) => name !== undefined)) as Record<string, string>
  }
})

describe('A handler', () => {
  test('that is none is refused when it is made', async () => {
    const app = await serve()
    try {
      expect(() => app.auth.callback('corp', undefined as never)).toThrow(
        "auth.callback('corp', handler) needs its second argument: (result, req, res, next) => ...",
      )
    } finally {
      await app.close()
    }
  })

  test.each(['page', 'next'] as const)('without the router before it says so, with errors: %s', async (errors) => {
    const app = await protocols.serve({ options: { errors } })
    const handle = app.auth.callback('corp', () => undefined)
    const handed: unknown[] = []
    const { url, close } = await listen((req, res) => {
      handle(req, res, (error) => {
        handed.push((error as AuthError).code)
        res.end('{}')
      })
    })
    try {
      const { data } = await createBrowser().json<{ error?: string }>(url)
      expect(data.error ?? handed[0]).toBe('config_invalid')
    } finally {
      await close()
      await app.close()
    }
  })

  test.each([
    ['answers', 200, 'Ada Example'],
    ['throws', 500, ''],
    ['goes on', 404, ''],
  ])('that %s on a bare node:http server is heard', async (does, status, body) => {
    let listener: RequestListener = () => undefined
    const { url, close } = await listen((req, res) => {
      listener(req, res)
    })
    const app = await protocols.serve({ more: { corp: { callbackPath: '/return' } }, options: { baseUrl: url }, at: url })
    const handle = app.auth.callback('corp', (result, _req, res, next) => {
      if (does === 'throws') throw new Error('of the handler')
      if (does === 'goes on') next()
      else res.end(result.user?.name)
    })
    listener = (req, res) => {
      app.auth(req, res, () => {
        handle(req, res)
      })
    }
    try {
      expect(await createBrowser().go(`${url}/auth/corp`)).toMatchObject({ status, body })
    } finally {
      await close()
      await app.close()
    }
  })

  test('for an entry that is looked up answers where the router would', async () => {
    const entry = { clientAuth: 'none', userinfoEndpoint: 'https://id.example/u', profile: { id: 'id' }, clientId: 'c' } as const
    const endpoints = { protocol: 'oauth2', authorizationEndpoint: 'https://id.example/a', tokenEndpoint: 'https://id.example/t' } as const
    const app = await protocols.serve({
      options: { providers: (slug) => (slug === 'tenant' ? { ...endpoints, ...entry } : undefined) },
      build: (express, auth) => {
        const handle = auth.callback('tenant', (result, _req: express.Request, res: express.Response) => res.send(result.error?.code))
        express.get('/auth/tenant/callback', handle)
      },
    })
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/tenant`, { follow: false })
      expect((await browser.go(`${app.url}/auth/tenant/callback?code=c&state=s`)).body).toBe('state_mismatch')
      expect((await browser.json(`${app.url}/auth/nobody/callback?code=c&state=s`)).data).toMatchObject({ error: 'unknown_provider' })
    } finally {
      await app.close()
    }
  })

  test('below a mount path has its own below it as well', async () => {
    const seen: CallbackOutcome[] = []
    const app = await protocols.serve({
      mountPath: '/account',
      more: { corp: { callbackPath: '/account/return' } },
      build: (express, auth) => {
        express.get(
          '/account/return',
          auth.callback('corp', (result, _req, res: express.Response) => {
            seen.push(result)
            res.send('done')
          }),
        )
      },
    })
    try {
      expect(await createBrowser().go(`${app.url}/account/auth/corp`)).toMatchObject({
        url: expect.stringContaining('/account/return?') as unknown,
        body: 'done',
      })
      expect(seen).toMatchObject([{ user: { key: 'corp$ada-id' } }])
    } finally {
      await app.close()
    }
  })
})
