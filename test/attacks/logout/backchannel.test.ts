import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { CompactEncrypt, exportPKCS8, generateKeyPair } from 'jose'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import type { TokenStore } from '../../../lib/stores/tokenStore.js'
import { AuthError, authRouter, type AuthRouterOptions, type ProviderEntry } from '../../../middleware/index.js'
import { testSecret } from '../../support/application.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import type { AppParts } from '../../support/hosts.js'
import { entryAt, startLogoutSite, type LogoutSite } from '../../support/logoutSite.js'
import { startSigningProvider, type SigningProvider } from '../../support/signingProvider.js'

/** Section H of the threat model, cases 98 to 103: what may come to `/auth/:provider/backchannel-logout`, and when. */

let provider: SigningProvider
let other: SigningProvider
beforeAll(async () => {
  provider = await startSigningProvider()
  other = await startSigningProvider()
})
afterAll(async () => {
  await provider.close()
  await other.close()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  for (const one of [provider, other]) {
    one.user = { sub: 'ada', sid: 'session-1' }
    one.revoked = []
  }
})

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<LogoutSite> {
  const site = await startLogoutSite(provider, options, parts)
  closing.push(site.close)
  return site
}

describe('A logout token', () => {
  test('is taken once: sent again after the user has signed in again it is refused, and the new session stays', async () => {
    const site = await start()
    await site.signIn()
    const token = await provider.logoutToken({ sid: undefined })
    expect((await site.logOut(token)).status).toBe(200)
    const browser = await site.signIn()
    expect((await site.logOut(token)).status).toBe(400)
    expect(await site.me(browser)).toBe('ada')
  })

  test.each([
    ['with take', (store: TokenStore) => store],
    ['without take and lock', ({ take: _take, lock: _lock, ...store }: TokenStore) => store],
  ])('is taken once by two processes with one store %s', async (_how, stripped) => {
    const tokenStore = stripped(memoryTokenStore())
    const [first, second] = [await start({ tokenStore }), await start({ tokenStore })]
    const token = await provider.logoutToken()
    expect((await first.logOut(token)).status).toBe(200)
    expect((await second.logOut(token)).status).toBe(400)
  })

  test('that names nobody who is here succeeds', async () => {
    const site = await start()
    expect((await site.logOut(await provider.logoutToken({ sid: 'session-9' }))).status).toBe(200)
  })

  test("ends no session of another issuer's same sub and sid", async () => {
    const site = await start({ providers: { corp: entryAt(provider), shop: entryAt(other) } })
    const [mine, theirs] = [await site.signIn('corp'), await site.signIn('shop')]
    for (const names of [{ sub: undefined }, { sid: undefined }, {}])
      expect((await site.logOut(await provider.logoutToken(names))).status).toBe(200)
    expect([await site.me(mine), await site.me(theirs)]).toEqual([null, 'ada'])
    // Nor is the other one's token taken at this door.
    expect((await site.logOut(await provider.logoutToken({}), 'shop')).status).toBe(400)
    expect(await site.me(theirs)).toBe('ada')
  })

  test('ends no session of another user, and of another session of the same user only by sub', async () => {
    const site = await start()
    const ada = await site.signIn()
    provider.user = { sub: 'bob', sid: 'session-2' }
    const bob = await site.signIn()
    provider.user = { sub: 'ada', sid: 'session-3' }
    const again = await site.signIn()
    await site.logOut(await provider.logoutToken({ sub: undefined, sid: 'session-3' }))
    expect([await site.me(ada), await site.me(bob), await site.me(again)]).toEqual(['ada', 'bob', null])
    await site.logOut(await provider.logoutToken({ sub: 'ada', sid: undefined }))
    expect([await site.me(ada), await site.me(bob)]).toEqual([null, 'bob'])
  })

  test('may be encrypted for us, once', async () => {
    const keys = await generateKeyPair('RSA-OAEP-256', { extractable: true })
    const privateKey = await exportPKCS8(keys.privateKey)
    const sealed = async (token: string): Promise<string> =>
      await new CompactEncrypt(new TextEncoder().encode(token))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(keys.publicKey)
    const [site, without] = [await start({ providers: { corp: { ...entryAt(provider), privateKey } } }), await start()]
    const browser = await site.signIn()
    const token = await sealed(await provider.logoutToken())
    expect((await without.logOut(token)).status).toBe(400)
    expect((await site.logOut(await sealed(token))).status).toBe(400)
    expect((await site.logOut(await sealed('no token'))).status).toBe(400)
    expect(await site.me(browser)).toBe('ada')
    expect((await site.logOut(token)).status).toBe(200)
    expect(await site.me(browser)).toBe(null)
  })

  test('ends the sessions of all entries with that client', async () => {
    const site = await start({ providers: { corp: entryAt(provider), admin: entryAt(provider) } })
    const [one, two] = [await site.signIn('corp'), await site.signIn('admin')]
    expect((await site.logOut(await provider.logoutToken(), 'admin')).status).toBe(200)
    expect([await site.me(one), await site.me(two)]).toEqual([null, null])
  })

  test('for a provider without sid ends by sub', async () => {
    provider.user = { sub: 'ada' }
    const site = await start()
    const browser = await site.signIn()
    expect((await site.logOut(await provider.logoutToken())).status).toBe(200)
    expect(await site.me(browser)).toBe(null)
  })

  test('ends a session with several accounts as a whole, whichever it names', async () => {
    const providers = { corp: entryAt(provider), shop: entryAt(other) }
    for (const [named, slug] of [
      [provider, 'corp'],
      [other, 'shop'],
    ] as const) {
      const site = await start({ providers, ifLoggedIn: 'link' })
      const browser = await site.signIn('corp')
      await browser.go(`${site.url}/auth/shop`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
      const { data } = await browser.json<{ accounts: unknown[] }>(`${site.url}/auth/session`)
      expect(data.accounts).toHaveLength(2)
      expect((await site.logOut(await named.logoutToken(), slug)).status).toBe(200)
      expect(await site.me(browser)).toBe(null)
      // Nothing of it is left on the lists.
      expect(await site.router.logoutEverywhere('corp$ada')).toBe(0)
      expect(await site.router.logoutEverywhere('shop$ada')).toBe(0)
    }
  })

  test('a session that has signed out by itself is on no list any more', async () => {
    const kept = new Map<string, string>()
    const inner = memoryTokenStore()
    const tokenStore: TokenStore = {
      ...inner,
      set: (key, record, options) => {
        kept.set(key, record)
        return inner.set(key, record, options)
      },
    }
    const site = await start({ tokenStore })
    const browser = await site.signIn()
    await browser.go(`${site.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
    const before = provider.revoked.length
    expect((await site.logOut(await provider.logoutToken())).status).toBe(200)
    // No name of the provider's, and no identifier of anybody, stands in the store.
    expect(JSON.stringify([...kept])).not.toMatch(/ada|session-1|127\.0\.0\.1/)
    expect(provider.revoked.length).toBeGreaterThanOrEqual(before)
  })
})

describe('With tokens in a table of the application', () => {
  test('a session ends by a mark, in every process', async () => {
    const table = new Map<string, object>()
    const options: Partial<AuthRouterOptions> = {
      tokenStore: memoryTokenStore(),
      fetchToken: (_slug, _req, user) => table.get(user.key) as never,
      hooks: {
        onTokens: ({ user, tokens }) => {
          table.set(user?.key ?? '', tokens as object)
        },
      },
    }
    const [first, second] = [await start(options), await start(options)]
    const browser = await first.signIn()
    const elsewhere = movedTo(browser, first, second)
    expect(await second.me(elsewhere)).toBe('ada')
    expect((await second.logOut(await provider.logoutToken())).status).toBe(200)
    expect([await first.me(browser), await second.me(elsewhere)]).toEqual([null, null])
    expect(table.size).toBe(1)
    expect(provider.revoked).toEqual([])
  })
})

function movedTo(browser: Browser, from: LogoutSite, to: LogoutSite): Browser {
  const moved = createBrowser()
  for (const [name, value] of browser.cookies(new URL(from.url).host)) moved.cookies(new URL(to.url).host).set(name, value)
  return moved
}

describe('Revocation', () => {
  async function revokedAfter(scope: string, options: Partial<AuthRouterOptions> = {}): Promise<number> {
    provider.user = { sub: 'ada', sid: 'session-1', scope }
    const site = await start(options)
    await site.signIn()
    await site.logOut(await provider.logoutToken())
    await site.router.close()
    return provider.revoked.length
  }

  test('of what was granted for the session', async () => {
    expect(await revokedAfter('openid')).toBe(2)
  })
  test('not of what was granted beyond it', async () => {
    expect(await revokedAfter('openid offline_access')).toBe(0)
  })
  test('not where the application wants none', async () => {
    expect(await revokedAfter('openid', { revokeOnLogout: false })).toBe(0)
  })
})

describe('A request', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  async function send(site: LogoutSite, init: RequestInit, path = 'corp/backchannel-logout'): Promise<[number, unknown, string | null]> {
    const answer = await fetch(`${site.url}/auth/${path}`, { method: 'POST', ...init })
    return [answer.status, ((await answer.json()) as { error: string }).error, answer.headers.get('cache-control')]
  }

  test.each<[string, (token: string) => RequestInit, number]>([
    ['with two tokens', (token) => ({ headers: form, body: `logout_token=${token}&logout_token=${token}` }), 400],
    ['with a list of tokens', (token) => ({ headers: form, body: `logout_token[]=${token}` }), 400],
    ['with a token by index', (token) => ({ headers: form, body: `logout_token[0]=${token}` }), 400],
    ['without a token', () => ({ headers: form, body: 'token=x' }), 400],
    ['with an empty token', () => ({ headers: form, body: 'logout_token=' }), 400],
    ['without a body', () => ({ headers: form }), 400],
    ['without a type', () => ({}), 400],
    ['as JSON', (token) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ logout_token: token }) }), 400],
    ['as text', (token) => ({ headers: { 'content-type': 'text/plain' }, body: `logout_token=${token}` }), 400],
    ['as a JWT', (token) => ({ headers: { 'content-type': 'application/logout+jwt' }, body: token }), 400],
    ['of 1 MB', () => ({ headers: form, body: `logout_token=${'a'.repeat(1024 * 1024)}` }), 413],
    ['with a token of 20 KB', () => ({ headers: form, body: `logout_token=${'a'.repeat(20_000)}` }), 400],
    ['by PUT', (token) => ({ method: 'PUT', headers: form, body: `logout_token=${token}` }), 405],
    ['by DELETE', () => ({ method: 'DELETE' }), 405],
  ])('%s is refused', async (_how, made, status) => {
    for (const options of [{}, { errors: 'next' as const }]) {
      const site = await start(options)
      const browser = await site.signIn()
      expect(await send(site, made(await provider.logoutToken()))).toEqual([status, 'invalid_request', 'no-store'])
      expect(await site.me(browser)).toBe('ada')
    }
  })

  test('by GET is refused, with the token in the query too', async () => {
    const site = await start()
    const browser = await site.signIn()
    const answer = await fetch(`${site.url}/auth/corp/backchannel-logout?logout_token=${await provider.logoutToken()}`)
    expect([answer.status, answer.headers.get('allow'), answer.headers.get('cache-control')]).toEqual([405, 'POST', 'no-store'])
    const query = `corp/backchannel-logout?logout_token=${await provider.logoutToken()}`
    expect((await send(site, { headers: form, body: '' }, query))[0]).toBe(400)
    expect(await site.me(browser)).toBe('ada')
  })

  test.each([
    ['nobody', 'nobody'],
    ['an entry that takes none', 'quiet'],
    ['a protocol that has none', 'plain'],
  ])('for %s finds nothing', async (_who, slug) => {
    const { backchannelLogout: _one, frontchannelLogout: _two, ...quiet } = entryAt(provider)
    const plain = {
      protocol: 'oauth2',
      authorizationEndpoint: 'https://id.example/a',
      tokenEndpoint: 'https://id.example/t',
      clientId: 'a',
      clientSecret: 'b',
      profile: { id: 'id' },
    } as const
    const site = await start({ providers: { corp: entryAt(provider), quiet, plain } })
    expect((await site.logOut(await provider.logoutToken(), slug)).status).toBe(404)
  })

  test('that a body parser has read is taken all the same', async () => {
    const site = await start({}, { before: [express.urlencoded({ extended: true }) as never] })
    const browser = await site.signIn()
    expect((await send(site, { headers: form, body: `logout_token[]=${await provider.logoutToken()}` }))[0]).toBe(400)
    expect((await site.logOut(await provider.logoutToken())).status).toBe(200)
    expect(await site.me(browser)).toBe(null)
  })
})

describe('While the store', () => {
  function failing(): { store: TokenStore; fail: (names: readonly string[]) => void } {
    const inner = memoryTokenStore()
    let failed: readonly string[] = []
    const guarded =
      <Arguments extends unknown[], Answer>(name: string, call: (...given: Arguments) => Promise<Answer>) =>
      (...given: Arguments): Promise<Answer> =>
        failed.includes(name) ? Promise.reject(new Error('away')) : call(...given)
    return {
      store: { ...inner, get: guarded('get', inner.get), set: guarded('set', inner.set), delete: guarded('delete', inner.delete) },
      fail: (names) => {
        failed = names
      },
    }
  }

  test.each([[['get']], [['delete']], [['set']], [['get', 'set', 'delete']]])(
    'does not answer to %j, it is 503, and the same token works later',
    async (names) => {
      const { store, fail } = failing()
      const site = await start({ tokenStore: store })
      const browser = await site.signIn()
      const token = await provider.logoutToken()
      fail(names)
      const { status, body, headers } = await site.logOut(token)
      expect([status, JSON.parse(body), headers.get('cache-control'), headers.get('retry-after')]).toMatchObject([
        503,
        { error: 'temporarily_unavailable' },
        'no-store',
        '5',
      ])
      fail([])
      expect((await site.logOut(token)).status).toBe(200)
      expect(await site.me(browser)).toBe(null)
    },
  )
})

test('while the keys of the provider cannot be fetched it is 503', async () => {
  const gone = await startSigningProvider()
  const token = await gone.logoutToken()
  const site = await start({ providers: { corp: entryAt(gone) } })
  await gone.close()
  expect((await site.logOut(token)).status).toBe(503)
})

test.each(['backchannelLogout', 'frontchannelLogout'])('%s without a token store is refused at start', (option) => {
  const made = (entry: ProviderEntry): unknown =>
    authRouter({ secret: testSecret, baseUrl: 'http://localhost', logger: false, providers: { corp: entry } })
  const { backchannelLogout: _one, frontchannelLogout: _two, ...entry } = entryAt(provider)
  expect(() => made({ ...entry, [option]: true })).toThrow(AuthError)
  expect(() => made({ ...entry, [option]: true })).toThrow(`providers.corp.${option} needs the option tokenStore`)
  expect(() => made({ ...entry, [option]: false })).not.toThrow()
  expect(() => made({ provider: 'github', clientId: 'a', clientSecret: 'b', [option]: true })).toThrow("is for the protocol 'oidc'")
})
