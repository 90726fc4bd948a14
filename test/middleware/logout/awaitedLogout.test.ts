import { expect, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import { sha256 } from '../../../lib/base/random.js'
import { createEngine, type Engine } from '../../../middleware/core/engine.js'
import type { CookieJar } from '../../../middleware/http/cookies.js'
import { awaitedLogout, forgetLogout, keepLogout, type LeftAccount } from '../../../middleware/logout/awaitedLogout.js'

let time = 1_700_000_000_000

function engineOf(appId = 'authrouter'): Engine {
  const settings = resolveConfig<object, 'request'>(
    {
      providers: { corp: { protocol: 'oidc', issuer: 'https://id.example', clientId: 'a', clientSecret: 'b' } },
      secret: 'a secret of the tests, long enough to seal',
      baseUrl: 'https://app.example',
      logger: false,
      appId,
    },
    { catalogue: {}, retired: {}, env: {}, warn: () => undefined },
  )
  return createEngine(settings, () => time)
}

function jar(): CookieJar & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    names: () => [...kept.keys()],
    get: (name) => kept.get(name),
    set: (name, value) => kept.set(name, value),
    remove: (name) => kept.delete(name),
    withdraw: () => undefined,
    size: (name, value) => name.length + value.length,
    isWritable: () => true,
  }
}

const account = (slug: string, idToken: string): LeftAccount => ({ slug, binding: 'b'.repeat(33), idToken })

function kept(engine: Engine, cookies: CookieJar, accounts: LeftAccount[], returnTo?: string): void {
  keepLogout(engine, cookies, { stateHash: sha256('state'), createdAt: engine.now(), accounts, returnTo })
}

test('a sign-out comes back as it was kept, for an hour', () => {
  const [engine, cookies] = [engineOf(), jar()]
  kept(engine, cookies, [account('corp', 'a.b.c')], '/bye')
  time += 3600_000
  expect(awaitedLogout(engine, cookies, 'state')).toEqual({
    stateHash: sha256('state'),
    createdAt: time - 3600_000,
    accounts: [account('corp', 'a.b.c')],
    returnTo: '/bye',
  })
  time += 1
  expect(() => awaitedLogout(engine, cookies, 'state')).toThrow(expect.objectContaining({ code: 'state_expired' }) as never)
})

test("another application's cookie is unknown, and what is forgotten too", () => {
  const [engine, cookies] = [engineOf(), jar()]
  kept(engine, cookies, [])
  const [text] = cookies.kept.values()
  const other = jar()
  other.kept.set('ar-other.logout', text ?? '')
  expect(() => awaitedLogout(engineOf('other'), other, 'state')).toThrow(expect.objectContaining({ code: 'state_unknown' }) as never)
  forgetLogout(engine, cookies)
  expect(() => awaitedLogout(engine, cookies, 'state')).toThrow(expect.objectContaining({ code: 'state_unknown' }) as never)
})

test.each<[string, LeftAccount[], string | undefined, { accounts: number; tokens: number; returnTo: boolean }]>([
  ['all', [account('a', 'x'.repeat(1000)), account('b', 'x'.repeat(1000))], '/bye', { accounts: 2, tokens: 2, returnTo: true }],
  [
    'no last ID Token',
    [account('a', 'x'.repeat(2000)), account('b', 'x'.repeat(2000))],
    '/bye',
    { accounts: 2, tokens: 1, returnTo: true },
  ],
  ['no ID Token', [account('a', 'x'.repeat(4000)), account('b', 'x'.repeat(4000))], '/bye', { accounts: 2, tokens: 0, returnTo: true }],
  ['no place to return to', [account('a', 'x'.repeat(2000))], `/${'b'.repeat(2847)}`, { accounts: 1, tokens: 0, returnTo: false }],
  [
    'nobody',
    Array.from({ length: 80 }, (_none, index) => account(`s${String(index)}`, 'x')),
    '/b',
    { accounts: 0, tokens: 0, returnTo: false },
  ],
])('one cookie has room for %s', (_what, accounts, returnTo, expected) => {
  const [engine, cookies] = [engineOf(), jar()]
  kept(engine, cookies, accounts, returnTo)
  const [text = ''] = cookies.kept.values()
  expect(text.length).toBeLessThan(3_950)
  const back = awaitedLogout(engine, cookies, 'state')
  expect({
    accounts: back.accounts.length,
    tokens: back.accounts.filter(({ idToken }) => idToken !== undefined).length,
    returnTo: back.returnTo !== undefined,
  }).toEqual(expected)
})
