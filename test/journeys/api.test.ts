import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { authRouter, type AuthRouter, type Tokens, type TokensEvent } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, testSecret, type Application } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { listen, sendJson, type AppHandler } from '../support/hosts.js'

let openid: OpenidProvider
let app: Application
let table: Map<string, Tokens>
let told: TokensEvent[]

const handlers: Record<string, AppHandler> = {
  '/projects': async (req, res) => {
    sendJson(res, { status: (await req.oauthClient.get('projects')).status })
  },
  '/seal': (req, res) => {
    sendJson(res, { sealed: req.oauthClient.credentials.seal() })
  },
  '/token': (req, res) => {
    sendJson(res, { token: req.oauthClient.credentials.accessToken })
  },
  '/revoke': async (req, res) => {
    sendJson(res, { revoked: await req.oauthClient.credentials.revoke() })
  },
}

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
})
afterAll(async () => {
  await openid.close()
})
beforeEach(async () => {
  told = []
  table = new Map()
  app = await startApplication(
    openid,
    {
      hooks: {
        onTokens: (event) => {
          told.push(event)
        },
      },
    },
    { handlers },
  )
})
afterEach(async () => {
  jest.restoreAllMocks()
  await app.close()
})

function calls(path: string): number {
  return openid.requests.filter((request) => request.path.endsWith(path) && request.status === 200).length
}

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

async function signedIn(slug = 'plain', at = app): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${at.url}/auth/${slug}`)
  return browser
}

async function sealedBy(browser: Browser): Promise<string> {
  return (await browser.json<{ sealed: string }>(`${app.url}/seal`)).data.sealed
}

describe('Sealed credentials', () => {
  test('are URL-safe text that a job opens: it calls the API and refreshes', async () => {
    const sealed = await sealedBy(await signedIn())
    expect(sealed).toMatch(/^[\w-]{100,2000}$/)
    const client = app.router.client('plain', sealed)
    expect((await client.get('projects')).status).toBe(200)
    expect(client.credentials).toMatchObject({ provider: 'plain', tokenType: 'Bearer', valid: true })
    later(3601)
    expect(client.credentials.valid).toBe(false)
    expect((await client.get('projects')).status).toBe(200)
    expect(client.credentials.valid).toBe(true)
    // What was refreshed can be kept again.
    expect((await app.router.client('plain', client.credentials.seal()).get('projects')).status).toBe(200)
  })

  test('fill the person into addresses', async () => {
    const sealed = await sealedBy(await signedIn())
    expect((await app.router.client('plain', sealed).get('{id}')).status).toBe(404)
    await expect(app.router.client('plain', sealed).get('{picture}')).rejects.toMatchObject({ code: 'bad_request' })
  })

  test('open in any application with the secret, current or older, and the entry', async () => {
    const sealed = await sealedBy(await signedIn())
    const { clientId } = clientOf(sealed)
    const elsewhere = (options: { secret?: string | string[]; appId?: string; clientId?: string; slug?: string }): AuthRouter =>
      authRouter({
        secret: options.secret ?? testSecret,
        logger: false,
        ...(options.appId ? { appId: options.appId } : {}),
        providers: {
          [options.slug ?? 'plain']: {
            protocol: 'oauth2',
            authorizationEndpoint: openid.authorizationEndpoint,
            tokenEndpoint: openid.tokenEndpoint,
            apiBaseUrl: openid.apiBaseUrl,
            profile: { id: 'id' },
            clientId: options.clientId ?? clientId,
            clientSecret: 'canary-client-secret of the tests',
          },
        },
      })
    expect((await elsewhere({}).client('plain', sealed).get('projects')).status).toBe(200)
    expect(elsewhere({ secret: ['a newer secret of the tests, long enough', testSecret] }).credentials(sealed).valid).toBe(true)
    const foreign = [
      elsewhere({ secret: 'a newer secret of the tests, long enough' }),
      elsewhere({ appId: 'another' }),
      elsewhere({ clientId: 'another' }),
      elsewhere({ slug: 'other' }),
    ]
    for (const router of foreign) {
      expect(() => router.credentials(sealed)).toThrow(expect.objectContaining({ code: 'credentials_unreadable' }))
      expect(() => router.client(router.providers[0]?.slug ?? '', sealed)).toThrow(
        expect.objectContaining({ code: 'credentials_unreadable' }),
      )
    }
  })

  test('that are changed in any character, cut off, or something else are unreadable, and never crash', async () => {
    const sealed = await sealedBy(await signedIn())
    const session = [...(await signedIn()).cookies(app.host).values()].join('')
    const flipped = Array.from(
      sealed,
      (character, index) => sealed.slice(0, index) + (character === 'A' ? 'B' : 'A') + sealed.slice(index + 1),
    )
    const cut = Array.from(sealed, (_character, index) => sealed.slice(0, index))
    const others = [
      '',
      'x',
      'null',
      '{}',
      sealed + sealed,
      `${sealed}=`,
      ` ${sealed}`,
      session.slice(2),
      Buffer.from(sealed).toString('hex'),
      undefined,
      null,
      42,
      {},
      [],
    ]
    // The version stands in the first byte.
    const future = Buffer.from(sealed, 'base64url')
    future[0] = 2
    let refused = 0
    for (const text of [...flipped, ...cut, ...others, future.toString('base64url')]) {
      expect(() => app.router.credentials(text as string)).toThrow(expect.objectContaining({ code: 'credentials_unreadable', status: 401 }))
      refused++
    }
    expect(refused).toBe(2 * sealed.length + others.length + 1)
  })

  test('show no token in inspect, JSON, text or errors', async () => {
    const browser = await signedIn()
    const sealed = await sealedBy(browser)
    const { token } = (await browser.json<{ token: string }>(`${app.url}/token`)).data
    const client = app.router.client('plain', sealed)
    const inspected = [client, client.credentials, { ...client }, app.router].map((value) =>
      inspect(value, { depth: 9, showHidden: false }),
    )
    const shown = [
      ...inspected,
      JSON.stringify(client),
      String(client),
      JSON.stringify(client.credentials),
      `${client.credentials as unknown as string}`,
    ]
    for (const text of shown) expect(text).not.toContain(token)
    expect(client.credentials.accessToken).toBe(token)
  })
})

/** Who the application is to the provider, read from the seal as the router would. */
function clientOf(sealed: string): { clientId: string } {
  const { credentials } = app.router
  expect(credentials(sealed).provider).toBe('plain')
  const registered = openid.requests.length
  expect(registered).toBeGreaterThan(0)
  return { clientId: `app-${String(lastClient(sealed))}` }
}

function lastClient(sealed: string): number {
  for (let number = 0; number < 500; number++) {
    const router = authRouter({
      secret: testSecret,
      logger: false,
      providers: {
        plain: {
          protocol: 'oauth2',
          authorizationEndpoint: openid.authorizationEndpoint,
          tokenEndpoint: openid.tokenEndpoint,
          profile: { id: 'id' },
          clientId: `app-${String(number)}`,
          clientSecret: 'x',
        },
      },
    })
    try {
      router.credentials(sealed)
      return number
    } catch {
      // Another client's.
    }
  }
  throw new Error('no client opens it')
}

describe('A client beyond requests', () => {
  test('takes tokens as the application keeps them', async () => {
    const browser = await signedIn()
    const { token } = (await browser.json<{ token: string }>(`${app.url}/token`)).data
    expect((await app.router.client('plain', { accessToken: token, tokenType: 'Bearer' }).get('projects')).status).toBe(200)
    expect(() => app.router.client('plain', { access_token: token } as never)).toThrow(expect.objectContaining({ code: 'bad_request' }))
    expect(() => app.router.client('unknown', { accessToken: token, tokenType: 'Bearer' })).toThrow(
      expect.objectContaining({ code: 'unknown_provider' }),
    )
  })

  test("has the application's own access: one token call for all clients of a scope, refreshed when it has ended", async () => {
    const seen: string[] = []
    let lives = 3600
    const server = await listen((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      req.on('end', () => {
        if (req.url === '/token') {
          seen.push(new URLSearchParams(body).get('scope') ?? '')
          sendJson(res, { access_token: `own-${String(seen.length)}`, token_type: 'bearer', expires_in: lives })
        } else {
          sendJson(res, { token: req.headers.authorization })
        }
      })
    })
    const router = authRouter({
      secret: testSecret,
      logger: false,
      providers: {
        own: {
          protocol: 'oauth2',
          authorizationEndpoint: `${server.url}/a`,
          tokenEndpoint: `${server.url}/token`,
          apiBaseUrl: `${server.url}/`,
          profile: { id: 'id' },
          clientId: 'a',
          clientSecret: 'b',
        },
      },
    })
    const client = router.client('own', { grant: 'client_credentials', scope: ['read', 'write'] })
    expect(() => client.credentials.accessToken).toThrow(expect.objectContaining({ code: 'credentials_gone' }))
    const all = await Promise.all(Array.from({ length: 50 }, () => client.get('x')))
    expect(new Set(all.map(({ data }) => (data as { token: string }).token))).toEqual(new Set(['Bearer own-1']))
    expect((await router.client('own', { grant: 'client_credentials', scope: ['read', 'write'] }).get('x')).data).toEqual({
      token: 'Bearer own-1',
    })
    expect((await router.client('own', { grant: 'client_credentials', scope: ['admin'] }).get('x')).data).toEqual({ token: 'Bearer own-2' })
    lives = 7200
    later(3601)
    expect((await client.get('x')).data).toEqual({ token: 'Bearer own-3' })
    expect(seen).toEqual(['read write', 'admin', 'read write'])
    await server.close()
  })
})

describe('A sealed cookie', () => {
  test('takes up a renewal that came too late for its answer', async () => {
    await app.close()
    let finished: Promise<unknown> = Promise.resolve()
    app = await startApplication(
      openid,
      {},
      {
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
    const before = calls('/token')
    await browser.json(`${app.url}/late`)
    expect(await finished).toMatchObject({ status: 200 })
    const old = [...browser.cookies(app.host).values()].join('')
    await browser.json(`${app.url}/projects`)
    expect([...browser.cookies(app.host).values()].join('')).not.toBe(old)
    // By now the cookie has the new tokens, and needs no memory.
    later(20 * 3600)
    expect((await browser.json(`${app.url}/projects`)).data).toEqual({ status: 200 })
    expect(calls('/token')).toBe(before + 2)
  })
})

describe('Revocation', () => {
  test('happens at sign-out, where the provider has it', async () => {
    const browser = await signedIn('corp')
    const { token } = (await browser.json<{ token: string }>(`${app.url}/token`)).data
    const before = calls('/revoke')
    await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { origin: app.url } })
    await app.router.close()
    expect(calls('/revoke')).toBeGreaterThan(before)
    expect((await fetch(`${openid.apiBaseUrl}projects`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
  })

  test('does not happen when the application says so', async () => {
    await app.close()
    app = await startApplication(openid, { revokeOnLogout: false }, { handlers })
    const browser = await signedIn('corp')
    const before = calls('/revoke')
    await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { origin: app.url } })
    await app.router.close()
    expect(calls('/revoke')).toBe(before)
  })

  test('on demand leaves the person signed in, without credentials', async () => {
    const browser = await signedIn('corp')
    expect((await browser.json(`${app.url}/revoke`)).data).toEqual({ revoked: true })
    expect((await browser.go(`${app.url}/projects`)).status).toBe(401)
    expect((await browser.json<{ id: string }>(`${app.url}/me`)).data.id).toBe('ada-id')
  })

  test('says when a provider has none', async () => {
    const browser = await signedIn('plain')
    expect((await browser.json(`${app.url}/revoke`)).data).toEqual({ revoked: false })
  })
})

describe("An application's own table of tokens", () => {
  beforeEach(async () => {
    await app.close()
    app = await startApplication(
      openid,
      {
        fetchToken: (slug, _req, user) => table.get(`${slug} ${user.id}`),
        hooks: {
          onTokens: (event) => {
            told.push(event)
            table.set(`${event.slug} ${event.user?.id ?? ''}`, { ...event.tokens })
          },
        },
      },
      { handlers },
    )
  })

  test('is written at login and at every renewal, and read for every request', async () => {
    const browser = await signedIn()
    expect(told).toEqual([expect.objectContaining({ slug: 'plain', previous: undefined, user: expect.objectContaining({ id: 'ada-id' }) })])
    expect((await browser.json(`${app.url}/projects`)).data).toEqual({ status: 200 })
    later(3601)
    const before = calls('/token')
    await Promise.all(Array.from({ length: 10 }, () => browser.json(`${app.url}/projects`)))
    expect(calls('/token')).toBe(before + 1)
    expect(told).toHaveLength(2)
    expect(told[1]?.previous?.accessToken).toBe(told[0]?.tokens.accessToken)
    expect(table.get('plain ada-id')?.accessToken).toBe(told[1]?.tokens.accessToken)
  })

  test('that has lost the tokens leaves the person signed in', async () => {
    const browser = await signedIn()
    table.clear()
    expect((await browser.go(`${app.url}/projects`)).status).toBe(401)
    expect((await browser.json<{ id: string }>(`${app.url}/me`)).data.id).toBe('ada-id')
  })

  test('that answers nonsense fails what needs tokens', async () => {
    const browser = await signedIn()
    table.set('plain ada-id', { token: 'x' } as never)
    expect((await browser.go(`${app.url}/projects`)).status).toBe(500)
    expect((await browser.json<{ id: string }>(`${app.url}/me`)).data.id).toBe('ada-id')
  })

  test('that cannot be written lets nobody in', async () => {
    await app.close()
    app = await startApplication(
      openid,
      {
        fetchToken: () => undefined,
        hooks: {
          onTokens: () => {
            throw new Error('the table is down')
          },
        },
      },
      { handlers },
    )
    const browser = createBrowser()
    expect((await browser.go(`${app.url}/auth/plain`)).status).toBe(500)
    expect((await browser.json(`${app.url}/me`)).data).toBeNull()
  })
})
