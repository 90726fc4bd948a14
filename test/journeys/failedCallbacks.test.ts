import { describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import { idOf, run, times, type Running } from '../sessions/directApplication.js'
import { createLightProvider, type LightProvider } from '../sessions/lightProvider.js'

/** Callbacks that fail, as many as somebody likes to send, and what is kept of them. */

interface Counted {
  store: TokenStore
  written: Map<string, number>
  claims: () => number
}

/** A memory store that tells what is in it: the records and their lives in seconds, and how many claims were taken. */
function counted(maxEntries: number): Counted {
  const inner = memoryTokenStore({ maxEntries })
  const written = new Map<string, number>()
  let claims = 0
  return {
    store: {
      ...inner,
      set(key, record, options) {
        written.set(key, options.ttl ?? Infinity)
        return inner.set(key, record, options)
      },
      delete(key) {
        written.delete(key)
        return inner.delete(key)
      },
      take(key, ttl) {
        claims++
        return inner.take?.(key, ttl) ?? Promise.resolve(false)
      },
    },
    written,
    claims: () => claims,
  }
}

type Failure = (app: Running, index: number) => Promise<number>

const withOwnLogin =
  (query: Record<string, string>): Failure =>
  async (app, index) => {
    const stranger = app.open()
    const callback = new URL(await stranger.start(), 'http://x')
    const state = callback.searchParams.get('state') ?? ''
    return (
      await stranger.send(
        `/auth/light/callback?${new URLSearchParams({ state, ...query, ...(query['code'] ? { code: `${query['code']}${String(index)}` } : {}) }).toString()}`,
      )
    ).status
  }

const failures: [string, Failure, { status: number; claims: number }][] = [
  [
    'of no login',
    async (app, index) => (await app.open().send(`/auth/light/callback?code=x&state=${String(index).padStart(43, 'x')}`)).status,
    { status: 400, claims: 0 },
  ],
  ['that the person cancelled', withOwnLogin({ error: 'access_denied' }), { status: 403, claims: 0 }],
  ['without a code', withOwnLogin({}), { status: 400, claims: 0 }],
  ['of another issuer', withOwnLogin({ code: 'x', iss: 'https://other.example' }), { status: 400, claims: 0 }],
  ['with a code that is worth nothing', withOwnLogin({ code: 'worthless' }), { status: 400, claims: 1 }],
]

const people = 20
const floods = 200

describe.each(failures)('Callbacks %s, ten for each place in a memory store,', (_name, fail, expected) => {
  test("sign nobody out, take nobody's tokens, and leave no record", async () => {
    const { store, written, claims } = counted(2 * people)
    // An issuer, so that another one's answer can be told.
    const provider = createLightProvider()
    const app = run(
      { tokenStore: store, providers: { light: { ...provider.entry, issuer: 'https://light.example' } }, http: { fetch: provider.fetch } },
      [],
      provider,
    )
    const browsers = times(people, () => app.open())
    for (const [index, browser] of browsers.entries())
      expect((await browser.signIn(`?login_hint=person-${String(index)}`)).status).toBe(303)
    const before = claims()
    for (let index = 0; index < floods; index++) expect(await fail(app, index)).toBe(expected.status)
    // Each person's tokens, list of sessions and result of the login.
    expect(written.size).toBe(3 * people)
    expect(claims() - before).toBe(expected.claims * floods)
    for (const [index, browser] of browsers.entries()) {
      expect(await idOf(browser)).toBe(`person-${String(index)}`)
      expect((await browser.send('/api')).status).toBe(200)
    }
  })
})

describe('A login that takes its time', () => {
  const started = async (provider: LightProvider): Promise<{ first: Running; second: Running; store: Counted }> => {
    const store = counted(100)
    const parts = { tokenStore: store.store, providers: { light: provider.entry }, http: { fetch: provider.fetch } }
    return { first: run(parts, [], provider), second: run(parts, [], provider), store }
  }
  const isAnnounced = (written: Map<string, number>): boolean => [...written.keys()].some((key) => key.includes(':result:'))
  async function announced({ written }: Counted): Promise<void> {
    while (!isAnnounced(written))
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
  }

  test('is announced to other processes, which wait for it and sign in by its one token call', async () => {
    const provider = createLightProvider()
    const { first, second, store } = await started(provider)
    const browser = first.open()
    const callback = await browser.start()
    const copy = second.open(new Map(browser.cookies))
    const open = provider.hold()
    const finishing = browser.send(callback)
    await provider.held()
    await announced(store)
    const joining = copy.send(callback)
    open()
    expect((await Promise.all([finishing, joining])).map(({ status }) => status)).toEqual([303, 303])
    expect(await idOf(copy)).toBe('ada')
    expect(provider.counts.calls).toBe(1)
  })

  test('and fails is withdrawn: who waits for it is told at once, and nothing is kept', async () => {
    const provider = createLightProvider()
    const { first, second, store } = await started(provider)
    const browser = first.open()
    const callback = (await browser.start()).replace('canary-code', 'worthless')
    const copy = second.open(new Map(browser.cookies))
    const open = provider.hold()
    const finishing = browser.send(callback)
    await provider.held()
    await announced(store)
    const joining = copy.send(callback)
    open()
    expect((await finishing).status).toBe(400)
    expect(await joining).toMatchObject({ status: 400, body: expect.stringContaining('state_used') as unknown })
    expect(isAnnounced(store.written)).toBe(false)
    expect(provider.counts.calls).toBe(1)
  })
})
