import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import express from 'express'
import {
  authRouter,
  requireLogin,
  signedIn,
  type ApiClient,
  type AuthError,
  type AuthRouter,
  type ProviderEntry,
} from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication, testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { listen, sendJson } from '../support/hosts.js'

/** What a handler finds that forgot to ask for a sign-in. */

const express4 = createRequire(import.meta.url)('express4') as typeof express

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})

/** The clients that so many strangers find. */
async function clientsOfStrangers(count: number): Promise<ApiClient[]> {
  const found: ApiClient[] = []
  const app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/take': (req, res) => {
          found.push(req.oauthClient)
          sendJson(res, Object.keys(req.oauthClients))
        },
      },
    },
  )
  try {
    for (let time = 0; time < count; time++) expect((await createBrowser().json(`${app.url}/take`)).data).toEqual([])
    return found
  } finally {
    await app.close()
  }
}

async function serve(build: (auth: AuthRouter) => (req: never, res: never) => void): Promise<{ url: string; close: () => Promise<void> }> {
  let app: (...args: never[]) => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req as never, res as never)
  })
  app = build(authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: { corp: entriesAt(openid, url).corp } }))
  return { url, close }
}

describe('The client of nobody', () => {
  test('rejects every call with login_required, and throws none', async () => {
    const [client] = (await clientsOfStrangers(1)) as [ApiClient]
    const calls = [
      ...(['get', 'head', 'post', 'put', 'patch', 'delete'] as const).map((method) => client[method]('projects')),
      client.request('GET', 'projects'),
      client.fetch('projects'),
      client.pages('projects')[Symbol.asyncIterator]().next(),
    ]
    const errors = await Promise.all(
      calls.map((call) =>
        call.then(
          () => undefined,
          (error: unknown) => error as AuthError,
        ),
      ),
    )
    expect(errors.map((error) => error && `${error.code} ${String(error.status)}`)).toEqual(
      Array.from({ length: 9 }, () => 'login_required 401'),
    )
    expect(new Set(errors).size).toBe(9)
  })

  test('has no credentials to show, and listing it asks for none', async () => {
    const [client] = (await clientsOfStrangers(1)) as [ApiClient]
    expect(() => client.credentials).toThrow(expect.objectContaining({ code: 'login_required' }))
    expect(inspect(client)).toBe('ApiClient {}')
    expect(JSON.stringify({ ...client })).toBe('{}')
  })

  test('is one for all, and cannot be changed', async () => {
    const [first, second] = await clientsOfStrangers(2)
    expect(first).toBe(second)
    expect(Object.isFrozen(first)).toBe(true)
  })
})

describe('A handler that forgot its guard', () => {
  test('answers 401 on Express 5', async () => {
    const { url, close } = await serve((auth) =>
      express()
        .use(auth)
        .get('/projects', async (req, res) => {
          res.json((await req.oauthClient.get('projects')).data)
        }),
    )
    try {
      expect((await createBrowser().go(`${url}/projects`)).status).toBe(401)
    } finally {
      await close()
    }
  })

  test('answers 401 on Express 4, where it hands errors on itself or a guard stands before it', async () => {
    const { url, close } = await serve((auth) =>
      express4()
        .use(auth)
        .get('/handed-on', (req, res, next) => {
          req.oauthClient.get('projects').then(({ data }) => {
            res.json(data)
          }, next)
        })
        .get('/asked-for', (req, res) => {
          res.json(signedIn(req).user.name)
        })
        .get('/guarded', requireLogin(), (_req, res) => {
          res.json(true)
        }),
    )
    try {
      expect((await createBrowser().go(`${url}/handed-on`)).status).toBe(401)
      expect((await createBrowser().go(`${url}/asked-for`)).status).toBe(401)
      expect(await createBrowser().json(`${url}/guarded`)).toMatchObject({ status: 401, data: { error: 'login_required' } })
    } finally {
      await close()
    }
  })
})

describe('signedIn', () => {
  test('gives the person, their client and all their clients', async () => {
    const app = await startApplication(
      openid,
      {},
      {
        handlers: {
          '/all': async (req, res) => {
            const { user, client, clients } = signedIn(req)
            sendJson(res, {
              name: user.name,
              status: (await client.get('projects')).status,
              slugs: Object.keys(clients),
              same: client === req.oauthClient,
            })
          },
        },
      },
    )
    try {
      const browser = createBrowser()
      expect((await browser.go(`${app.url}/auth/corp?returnTo=/all`)).body).toBe(
        '{"name":"Ada Example","status":200,"slugs":["corp"],"same":true}',
      )
    } finally {
      await app.close()
    }
  })

  test('says what is missing on a request that authRouter never saw', () => {
    expect(() => signedIn({})).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('app.use') as unknown }),
    )
  })
})

test("An account whose provider is not configured any more is nobody's", async () => {
  const entries = new Map<string, ProviderEntry>()
  const app = await startApplication(
    openid,
    { providers: (slug) => entries.get(slug) },
    {
      handlers: {
        '/projects': (req, res) => {
          req.oauthClient.get('projects').then(
            ({ status }) => {
              sendJson(res, { status })
            },
            (error: unknown) => {
              sendJson(res, { user: req.authUser, code: (error as AuthError).code, slugs: Object.keys(req.oauthClients) })
            },
          )
        },
      },
    },
  )
  try {
    entries.set('corp', entriesAt(openid, app.url).corp)
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp`)
    entries.delete('corp')
    expect((await browser.json(`${app.url}/projects`)).data).toEqual({ code: 'login_required', slugs: [] })
  } finally {
    await app.close()
  }
})

test("After a sign-out in the same request the client is nobody's", async () => {
  const app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/leave': async (req, res) => {
          await req.auth.logout()
          await req.oauthClient.get('projects').then(
            () => {
              sendJson(res, 'sent')
            },
            (error: unknown) => {
              sendJson(res, (error as AuthError).code)
            },
          )
        },
      },
    },
  )
  try {
    const browser = createBrowser()
    expect((await browser.go(`${app.url}/auth/corp?returnTo=/leave`)).body).toBe('"login_required"')
  } finally {
    await app.close()
  }
})
