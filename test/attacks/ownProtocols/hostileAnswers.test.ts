import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import type { AuthError, AuthRouterOptions, OwnProtocol, ProtocolDefinition } from '../../../middleware/index.js'
import { createBrowser, type Browser } from '../../support/browser.js'
import { startOwnSite } from '../../support/cas/application.js'
import { sendJson } from '../../support/hosts.js'
import { echoProtocol } from '../../support/ownProtocols.js'
import type { Site } from '../../support/site.js'
import { startServer, type SmallServer } from '../../support/unitServer.js'

/** What a protocol that is wrong, or led astray by its provider, can do to its own login and to those of others. */

let site: Site
let browser: Browser
let errors: AuthError[]
let logged: object[]

beforeEach(() => {
  browser = createBrowser()
  errors = []
  logged = []
})
afterEach(async () => {
  await site.close()
})

type Parts = Partial<ProtocolDefinition>
const wrong = <T>(value: unknown): T => value as T

async function start(own: OwnProtocol, options: Partial<AuthRouterOptions> = {}, entry: object = {}): Promise<void> {
  const note = (event: object): void => void logged.push(event)
  site = await startOwnSite(
    {
      providers: { own: { protocol: own, ...entry }, good: { protocol: echoProtocol({ name: 'good' }) } },
      logger: { debug: note, info: note, warn: note, error: note },
      hooks: {
        onError: ({ error }) => {
          errors.push(error)
        },
      },
      ...options,
    },
    {
      handlers: {
        '/call': async (req, res) => {
          await req.oauthClient.get('me').then(
            ({ status }) => sendJson(res, { status }),
            (error: unknown) => sendJson(res, { code: (error as { code: string }).code }),
          )
        },
      },
    },
  )
}

const idOf = async (visitor = browser): Promise<string | undefined> =>
  (await visitor.json<{ id: string } | null>(`${site.url}/me`)).data?.id

async function othersSignIn(): Promise<void> {
  const other = createBrowser()
  await other.go(`${site.url}/auth/good`)
  expect(await idOf(other)).toBe('7')
}

describe('What a function throws or answers', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const thrower = (): never => {
    throw new Error('canary')
  }
  const trap = Object.defineProperties(
    {},
    { message: { get: thrower }, stack: { get: thrower }, name: { get: thrower }, code: { get: thrower }, then: { value: undefined } },
  )
  const thrown: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a text', 'canary'],
    ['a symbol', Symbol('canary')],
    ['an object without a prototype', Object.create(null)],
    ['an object whose members throw', trap],
    ['a proxy that is no more', revoked.proxy],
    [
      'an error that is its own cause',
      Object.assign(
        new Error('x'),
        (() => {
          const e = new Error('canary')
          e.cause = e
          return { cause: e }
        })(),
      ),
    ],
  ]

  test.each(thrown)('is an error of this login alone: %s', async (_name, value) => {
    for (const part of ['authorize', 'checkResponse', 'exchange', 'userinfo', 'state'] as const) {
      await start(
        echoProtocol({
          [part]: () => {
            throw value
          },
        }),
      )
      const page = await browser.go(`${site.url}/auth/own`)
      expect([part, page.status, await idOf()]).toEqual([part, 500, undefined])
      expect(page.body).not.toContain('canary')
      await othersSignIn()
      if (part !== 'userinfo') await site.close()
    }
  })

  const answers: [string, Parts][] = [
    ['a profile that JSON writes as null', { userinfo: () => wrong({ toJSON: () => null }) }],
    ['a profile that JSON writes as a list', { userinfo: () => wrong({ toJSON: () => [{ id: '7' }] }) }],
    ['a profile that JSON writes as a text', { userinfo: () => wrong({ toJSON: () => 'ada' }) }],
    ['a date as profile', { userinfo: () => wrong(new Date()) }],
    [
      'a profile whose members throw',
      {
        userinfo: () =>
          wrong({
            get id() {
              return thrower()
            },
          }),
      },
    ],
    ['a proxy that is no more', { userinfo: () => wrong(revoked.proxy) }],
    [
      'a profile that never stops',
      {
        userinfo: () =>
          wrong(
            (() => {
              let deep: object = {}
              for (let i = 0; i < 50_000; i++) deep = { deep }
              return { id: '7', deep }
            })(),
          ),
      },
    ],
    [
      'a thenable whose then throws',
      {
        userinfo: () =>
          wrong({
            get then() {
              return thrower()
            },
          }),
      },
    ],
    ['a thenable that throws', { exchange: () => wrong({ then: thrower }) }],
    ['a location that changes', { authorize: () => wrong({ location: { toString: () => 'javascript:alert(1)' } }) }],
    [
      'a response whose members throw',
      {
        exchange: () =>
          wrong({
            response: {
              get id() {
                return thrower()
              },
            },
          }),
      },
    ],
    [
      'parameters whose members throw',
      {
        checkResponse: () =>
          wrong({
            get id() {
              return thrower()
            },
          }),
      },
    ],
    ['a state that is an object', { state: () => wrong({ toString: () => 'x' }) }],
  ]

  test.each(answers)('signs nobody in: %s', async (_name, parts) => {
    await start(echoProtocol(parts))
    const page = await browser.go(`${site.url}/auth/own`)
    expect(page.body).not.toContain('canary')
    expect(await idOf()).toBeUndefined()
    expect([500, 502]).toContain(page.status)
    expect(errors.map(({ code }) => code).filter((code) => code !== 'hook_failed' && code !== 'provider_bad_response')).toEqual([])
    await othersSignIn()
  })

  test('changes no other login by names that objects have', async () => {
    const hostile =
      '{"id":"7","__proto__":{"roles":["admin"],"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"roles":["admin"]}'
    await start(
      echoProtocol({
        authorize: ({ redirectUri }, { state }) =>
          wrong({ location: `${redirectUri}?state=${state}&id=7`, remember: JSON.parse('{"__proto__":"x","constructor":"y"}') as object }),
        exchange: () => ({ response: JSON.parse(hostile) as Record<string, unknown> }),
        userinfo: (_context, { response }) => ({ ...response }),
      }),
    )
    await browser.go(`${site.url}/auth/own?__proto__=x&constructor=y`)
    const { data } = await browser.json<Record<string, unknown>>(`${site.url}/me`)
    expect(data['id']).toBe('7')
    expect(data['roles'] ?? []).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('writes no header line and no markup of its own into the answer', async () => {
    const places = [
      'https://id.example/\r\nset-cookie: a=b',
      'https://id.example/?q="><script>alert(1)</script>',
      'https://id.example/;url=javascript:alert(1)',
    ]
    for (const location of places) {
      for (const form of [undefined, { '"><script>alert(1)</script>': '"><img src=x onerror=alert(1)>' }]) {
        await start(echoProtocol({ authorize: () => ({ location, ...(form ? { form } : {}) }) }))
        const page = await browser.go(`${site.url}/auth/own`, { follow: false })
        expect(page.headers.getSetCookie().some((line) => line.startsWith('a='))).toBe(false)
        expect(page.body).not.toMatch(/<script>alert|<img src=x/)
        expect(page.headers.get('location') ?? 'https://id.example/').toMatch(/^https:\/\/id\.example\//)
        await site.close()
      }
    }
    await start(echoProtocol())
  })
})

describe('A signature', () => {
  let api: SmallServer
  let other: SmallServer
  beforeEach(async () => {
    api = await startServer((_request, res) => sendJson(res, { id: '7' }))
    other = await startServer((_request, res) => sendJson(res, {}))
  })
  afterEach(async () => {
    await api.close()
    await other.close()
  })

  const withSign = (sign: ProtocolDefinition['sign']): OwnProtocol =>
    echoProtocol({
      tokens: true,
      exchange: () => ({ tokens: { accessToken: 'canary-token' }, response: { id: '7' } }),
      userinfo: () => ({ id: '7' }),
      ...(sign ? { sign } : {}),
    })

  test('takes no token to another host, however it spells it', async () => {
    const targets = [
      () => `${other.origin}/me`,
      () => `${api.origin}@127.0.0.1:${new URL(other.origin).port}/me`,
      () => api.origin.replace('127.0.0.1', 'localhost'),
      () => `//127.0.0.1:${new URL(other.origin).port}/me`,
      () => wrong<string>({ toString: () => `${other.origin}/me` }),
    ]
    for (const target of targets) {
      await start(
        withSign((_context, { accessToken }, { headers, body }) => ({
          url: target(),
          headers: { ...headers, 'x-key': accessToken },
          body,
        })),
        { tokenStore: memoryTokenStore() },
        { apiBaseUrl: `${api.origin}/` },
      )
      await browser.go(`${site.url}/auth/own`)
      const { data } = await browser.json<{ code?: string }>(`${site.url}/call`)
      expect(data.code).toMatch(/^(host_not_allowed|hook_failed)$/)
      expect([other.received.length, api.received.length]).toEqual([0, 0])
      await site.close()
    }
    await start(withSign(undefined))
  })

  test('writes no header line of its own, and names no other host in the same connection', async () => {
    for (const more of [
      { 'x-key': 'a\r\nx-evil: 1' },
      { 'x-key\r\nx-evil': '1' },
      { host: 'victim.example' },
      { Host: 'victim.example' },
    ]) {
      const before = api.received.length
      await start(
        withSign((_context, _tokens, { url, headers, body }) => ({ url, headers: { ...headers, ...more }, body })),
        {},
        { apiBaseUrl: `${api.origin}/` },
      )
      await browser.go(`${site.url}/auth/own`)
      await browser.json(`${site.url}/call`)
      for (const { headers } of api.received.slice(before)) {
        expect(headers['x-evil']).toBeUndefined()
        expect(headers.host).toBe(new URL(api.origin).host)
      }
      await site.close()
    }
    await start(withSign(undefined))
  })
})
