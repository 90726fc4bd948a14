import { generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader, calculateJwkThumbprint } from 'jose'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { Tokens } from '../../middleware/index.js'
import { createBrowser } from '../support/browser.js'
import { startDpopApplication, type DpopApplication, type DpopApplicationParts } from '../support/dpopApplication.js'
import { startDpopProvider, type DpopProvider } from '../support/dpopProvider.js'
import { publicKeysOf } from '../support/privateKeys.js'

/** Logins whose tokens are bound to a key (RFC 9449): what is bound, to which key, and who has it. */

let provider: DpopProvider
const open: { close: () => Promise<void> }[] = []

beforeAll(async () => {
  provider = await startDpopProvider()
})
afterAll(async () => {
  await provider.close()
})
beforeEach(() => {
  provider.calls.length = 0
  provider.api.judged.length = 0
})
afterEach(async () => {
  provider.changeAnswers(undefined)
  provider.wantNonces(true)
  provider.api.scheme = 'DPoP'
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function start(parts: DpopApplicationParts = {}): Promise<DpopApplication> {
  const app = await startDpopApplication(provider, parts)
  open.push(app)
  return app
}

/** The address of a login at the provider. */
async function startLogin(app: DpopApplication, slug = 'corp', browser = createBrowser()): Promise<URL> {
  return new URL(
    (await browser.json<{ location: string }>(`${app.url}/auth/${slug}`, { headers: { accept: 'application/json' } })).data.location,
  )
}

async function thumbprintOf(proof: string | undefined): Promise<string> {
  return calculateJwkThumbprint(decodeProtectedHeader(proof ?? '').jwk ?? {})
}

const things = { status: 200, data: { subject: 'ada-id' }, tokenType: 'DPoP' }

describe('The code of a login (section 10)', () => {
  test.each(['corp', 'plain'])('is bound to the key of its tokens at %s, which each login has of its own', async (slug) => {
    const app = await start()
    const asked: (string | null)[] = []
    for (let login = 0; login < 2; login++) {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/${slug}?returnTo=/me`, {
        follow: (location) => {
          if (location.startsWith(`${provider.issuer}/authorize?`)) asked.push(new URL(location).searchParams.get('dpop_jkt'))
          return true
        },
      })
      expect((await browser.json(`${app.url}/things`)).data).toEqual(things)
    }
    const used = provider.calls.flatMap(({ path, status, proof }) => (path === '/token' && status === 200 ? [proof] : []))
    expect(asked).toEqual(await Promise.all(used.map(thumbprintOf)))
    expect(new Set(asked).size).toBe(2)
  })

  test('is of no use with another key: the provider refuses it', async () => {
    const app = await start()
    const browser = createBrowser()
    const page = await browser.go(`${app.url}/auth/corp?returnTo=/me`, {
      // Somebody names a key of theirs on the way to the provider.
      follow: (location) => !location.startsWith(`${provider.issuer}/authorize?`),
    })
    const location = new URL(page.headers.get('location') ?? '')
    location.searchParams.set('dpop_jkt', 'A'.repeat(43))
    expect((await browser.go(location.href)).status).toBe(400)
    expect(provider.calls.at(-1)).toMatchObject({ path: '/token', status: 400, error: 'invalid_grant' })
  })

  test('names a key that nobody else can name', async () => {
    const app = await start({
      entry: {
        authorizationParams: { dpop_jkt: 'theirs', other: 'kept' },
        hooks: { authorizationRequest: (parameters: Record<string, string>) => ({ ...parameters, dpop_jkt: 'theirs' }) },
      },
    })
    const { searchParams } = await startLogin(app)
    expect(searchParams.get('other')).toBe('kept')
    expect(searchParams.getAll('dpop_jkt')).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
    const query = await createBrowser().json<{ location: string }>(`${app.url}/auth/corp?dpop_jkt=theirs`, {
      headers: { accept: 'application/json' },
    })
    expect(new URL(query.data.location).searchParams.getAll('dpop_jkt')).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
    expect(() => app.auth.login('corp', { params: { dpop_jkt: 'theirs' } })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  test.each(['cookie', 'session'] as const)(
    'is redeemed with its key by another process too, with the login in a %s',
    async (transactions) => {
      const session = { store: new (await import('express-session')).default.MemoryStore() }
      const app = await start({ options: () => (transactions === 'session' ? { transactions, session } : {}) })
      const browser = createBrowser()
      const { headers } = await browser.go(`${app.url}/auth/corp?returnTo=/things`, {
        follow: (location) => location.startsWith(provider.issuer),
      })
      await app.restart()
      expect(JSON.parse((await browser.go(headers.get('location') ?? '')).body)).toEqual(things)
    },
  )

  test('takes little room: at least eight logins can be under way at once in cookies', async () => {
    const app = await start()
    const browser = createBrowser()
    for (let login = 0; login < 10; login++) await startLogin(app, 'corp', browser)
    const cookies = [...browser.cookies(new URL(app.url).host)].filter(([name]) => name.includes('.tx.'))
    expect(cookies.length).toBeGreaterThanOrEqual(8)
    for (const [, value] of cookies) expect(value.length).toBeLessThan(600)
  })
})

describe('Who has the key', () => {
  async function sealed(app: DpopApplication): Promise<string> {
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    return (await browser.json<{ sealed: string }>(`${app.url}/seal`)).data.sealed
  }

  test('sealed credentials hold it: another process calls and refreshes with it', async () => {
    const app = await start({ entry: { clientAuth: 'none' } })
    const text = await sealed(app)
    await app.restart()
    const client = app.auth.client('corp', text)
    expect(await client.get('things')).toMatchObject({ status: 200 })
    await client.credentials.refresh({ force: true })
    expect(await client.get('things')).toMatchObject({ status: 200 })
    const again = app.auth.client('corp', client.credentials.seal())
    expect(await again.get('things')).toMatchObject({ status: 200 })
    expect(publicKeysOf(provider.calls.map(({ proof }) => proof)).size).toBe(1)
  })

  test('the access token alone opens nothing', async () => {
    const app = await start()
    const { accessToken } = app.auth.credentials(await sealed(app))
    for (const scheme of ['DPoP', 'Bearer']) {
      const { status } = await fetch(`${provider.api.baseUrl}things`, { headers: { authorization: `${scheme} ${accessToken}` } })
      expect(status).toBe(401)
    }
    await expect(app.auth.client('corp', { accessToken, tokenType: 'DPoP' }).get('things')).rejects.toMatchObject({
      code: 'reauth_required',
    })
  })

  test('a table of the application has it beside the tokens', async () => {
    const table = new Map<string, Tokens>()
    const app = await start({
      options: () => ({
        fetchToken: (_slug, _req, { key }) => table.get(key),
        hooks: {
          onTokens: ({ user, tokens }) => {
            table.set(user?.key ?? '', JSON.parse(JSON.stringify(tokens)) as Tokens)
          },
        },
      }),
    })
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    const { dpopKey } = table.get('corp$ada-id') ?? {}
    expect(dpopKey).toMatch(/^[\w-]{43}$/)
    expect((await browser.json(`${app.url}/things`)).data).toEqual(things)
    expect((await browser.json(`${app.url}/force`)).status).toBe(200)
    expect(table.get('corp$ada-id')).toMatchObject({ tokenType: 'DPoP', dpopKey })
    expect((await browser.json(`${app.url}/things`)).data).toEqual(things)
  })

  test('two accounts of a session have a key each', async () => {
    const app = await start({ options: () => ({ ifLoggedIn: 'link', tokenStore: memoryTokenStore() }) })
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    await browser.go(`${app.url}/auth/plain/link?returnTo=/me`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
    const { data } = await browser.json<{ accounts: unknown[] }>(`${app.url}/auth/session`)
    expect(data.accounts).toHaveLength(2)
    expect((await browser.json(`${app.url}/both`)).data).toEqual([200, 200])
    expect(provider.api.judged.filter(({ refusal }) => refusal.includes('another key'))).toEqual([])
    expect(publicKeysOf(provider.calls.map(({ proof }) => proof)).size).toBe(2)
  })

  test("the application's own access has one, which all processes with its token store share", async () => {
    const tokenStore = memoryTokenStore()
    const app = await start({ options: () => ({ tokenStore }), metadata: { scope: 'openid profile email offline_access' } })
    const access = { grant: 'client_credentials' } as const
    expect(await app.auth.client('plain', access).get('things')).toMatchObject({ status: 200 })
    await app.restart()
    const client = app.auth.client('plain', access)
    expect(await client.get('things')).toMatchObject({ status: 200 })
    expect(client.credentials.tokenType).toBe('DPoP')
    expect(provider.calls.filter(({ path, status }) => path === '/token' && status === 200)).toHaveLength(1)
  })

  test('users who signed in before the option was set get one at the next refresh', async () => {
    let dpop = false
    const app = await start({
      metadata: { dpop_bound_access_tokens: false },
      options: () => ({ tokenStore: store }),
      entry: {
        get dpop() {
          return dpop
        },
      },
    })
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    expect((await browser.json<{ credentials: unknown }>(`${app.url}/me`)).data.credentials).toMatchObject({ tokenType: 'Bearer' })
    dpop = true
    await app.restart()
    expect((await browser.json<{ credentials: unknown }>(`${app.url}/me`)).data.credentials).toMatchObject({ tokenType: 'Bearer' })
    // The API takes no bearer token: the call refreshes.
    expect((await browser.json(`${app.url}/things`)).data).toEqual(things)
  })
  const store = memoryTokenStore()
})

describe('FAPI 2.0, as far as tokens are bound', () => {
  const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const strict: DpopApplicationParts = {
    entry: { clientAuth: 'private_key_jwt', privateKey: privateKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    metadata: {
      token_endpoint_auth_method: 'private_key_jwt',
      client_secret: undefined,
      jwks: { keys: [{ ...privateKey.publicKey.export({ format: 'jwk' }) }] },
    },
  }

  async function signsInAndCalls(): Promise<void> {
    const app = await start(strict)
    const browser = createBrowser()
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${app.url}/things`)).data).toEqual(things)
  }

  test('fapi2-security-profile-final-client-test-happy-path (without PAR): nonces of provider and API', async () => {
    await signsInAndCalls()
    expect(provider.calls.map(({ path, error }) => [path, error])).toEqual([
      ['/token', 'use_dpop_nonce'],
      ['/token', ''],
      ['/userinfo', ''],
    ])
    expect(provider.api.judged.map(({ refusal }) => refusal)).toEqual(['use_dpop_nonce', ''])
  })

  test('fapi2-security-profile-final-client-test-happy-path-no-dpop-nonce', async () => {
    provider.wantNonces(false)
    await signsInAndCalls()
    expect(provider.calls.map(({ path, error }) => [path, error])).toEqual([
      ['/token', ''],
      ['/userinfo', ''],
    ])
    expect(provider.api.judged.map(({ refusal }) => refusal)).toEqual([''])
    expect(decodeJwt(provider.calls[0]?.proof ?? '')).not.toHaveProperty('nonce')
  })

  test('fapi2-security-profile-final-client-test-rs-dpop-auth-scheme-case-insensitivity', async () => {
    provider.api.scheme = 'dPoP'
    await signsInAndCalls()
  })

  test('fapi2-security-profile-final-client-test-token-type-case-insensitivity', async () => {
    provider.changeAnswers((body) => {
      body['token_type'] = 'dpOp'
    })
    await signsInAndCalls()
  })

  test('fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in', async () => {
    provider.changeAnswers((body) => {
      delete body['expires_in']
    })
    await signsInAndCalls()
  })

  test('a provider that answers with a bearer token is refused, and nobody is signed in', async () => {
    provider.changeAnswers((body) => {
      body['token_type'] = 'Bearer'
    })
    const app = await start(strict)
    const browser = createBrowser()
    expect((await browser.go(`${app.url}/auth/corp?returnTo=/me`)).status).toBe(502)
    expect((await browser.json(`${app.url}/auth/session`)).data).toMatchObject({ user: null })
    expect(app.written.join('\n')).toContain('dpop: true')
  })
})
