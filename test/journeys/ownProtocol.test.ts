import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { AuthError, type AuthRouterOptions, type OwnProtocol, type ProtocolDefinition, type ProtocolGrant } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startOwnSite } from '../support/cas/application.js'
import type { AppParts } from '../support/hosts.js'
import { echoProtocol } from '../support/ownProtocols.js'
import type { Site } from '../support/site.js'

/** What a protocol of an application's own cannot switch off, be it ever so wrong. */

let site: Site
let browser: Browser
let errors: AuthError[]

beforeEach(() => {
  browser = createBrowser()
  errors = []
})
afterEach(async () => {
  jest.useRealTimers()
  jest.restoreAllMocks()
  await site.close()
})

async function start(protocol: OwnProtocol, options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<void> {
  site = await startOwnSite(
    {
      providers: { own: { protocol }, other: { protocol } },
      hooks: {
        onError: ({ error }) => {
          errors.push(error)
        },
      },
      ...options,
    },
    parts,
  )
}

async function idOf(visitor = browser): Promise<string | undefined> {
  return (await visitor.json<{ id: string } | null>(`${site.url}/me`)).data?.id
}

/** Where the provider sends the browser, which has not gone there yet. */
async function begun(path = '/auth/own', visitor = browser): Promise<string> {
  const { headers, status } = await visitor.go(site.url + path, { follow: false })
  expect(status).toBe(302)
  return headers.get('location') ?? ''
}

const last = (): string | undefined => errors.at(-1)?.code
type Parts = Partial<ProtocolDefinition>
const wrong = <T>(value: unknown): T => value as T
const never = (): Promise<never> => new Promise(() => undefined)

test('a protocol of a few lines signs a user in', async () => {
  await start(echoProtocol())
  await browser.go(`${site.url}/auth/own?returnTo=/me`)
  expect(await idOf()).toBe('7')
  expect(errors).toEqual([])
})

describe('The state of a login', () => {
  const states: Record<string, [Parts['state'], string]> = {
    'is always empty': [() => '', 'state_missing'],
    'is never found': [() => undefined, 'state_missing'],
    'is the same for all': [() => 'constant', 'state_mismatch'],
    'is that of the attacker': [({ theirs }) => theirs, 'state_mismatch'],
    'is found by a promise': [() => wrong(Promise.resolve('x')), 'hook_failed'],
    'is a number': [() => wrong(7), 'hook_failed'],
    'cannot be found': [
      () => {
        throw new Error('canary')
      },
      'hook_failed',
    ],
  }

  test.each(Object.entries(states))('that %s signs nobody in', async (_name, [state, code]) => {
    const exchange = jest.fn<ProtocolDefinition['exchange']>(() => ({ response: { id: '7' } }))
    await start(echoProtocol({ ...(state ? { state } : {}), exchange }))
    await browser.go(`${await begun()}&theirs=${'a'.repeat(43)}`)
    expect([await idOf(), last(), exchange.mock.calls.length]).toEqual([undefined, code, 0])
  })

  test('that the protocol sends nowhere is missed when the browser comes back', async () => {
    await start(echoProtocol({ authorize: ({ redirectUri }) => ({ location: `${redirectUri}?id=7` }) }))
    await browser.go(`${site.url}/auth/own`)
    expect([await idOf(), last()]).toEqual([undefined, 'state_missing'])
  })

  test('is new for each login, and tells a login from all others', async () => {
    const states: string[] = []
    await start(
      echoProtocol({
        authorize: ({ redirectUri }, { state }) => {
          states.push(state)
          return { location: `${redirectUri}?state=${state}&id=7` }
        },
      }),
    )
    const stranger = createBrowser()
    const [ours, theirs] = [await begun(), await begun('/auth/own', stranger)]
    expect(new Set(states).size).toBe(2)
    for (const state of states) expect(state).toMatch(/^[\w-]{43}$/)
    await browser.go(theirs)
    expect([await idOf(), last()]).toEqual([undefined, 'state_mismatch'])
    await createBrowser().go(ours)
    expect(last()).toBe('state_unknown')
    await browser.go(ours.replace('/own/', '/other/'))
    expect(last()).toBe('provider_mismatch')
    await browser.go(ours)
    expect(await idOf()).toBe('7')
  })
})

describe('What an answer of a function lacks', () => {
  const circle: Record<string, unknown> = { id: '7' }
  circle['self'] = circle
  const to =
    (more: object): ProtocolDefinition['authorize'] =>
    ({ redirectUri }, { state }) =>
      wrong({ location: `${redirectUri}?state=${state}&id=7`, ...more })

  const broken: [string, Parts, string][] = [
    ['authorize answers nothing', { authorize: () => wrong(undefined) }, 'hook_failed'],
    ['authorize answers no location', { authorize: () => wrong({}) }, 'hook_failed'],
    ['authorize answers a path', { authorize: () => ({ location: '/elsewhere' }) }, 'hook_failed'],
    ['authorize answers a script', { authorize: () => ({ location: 'javascript:alert(1)' }) }, 'hook_failed'],
    ['authorize answers plain http', { authorize: () => ({ location: 'http://id.example/' }) }, 'hook_failed'],
    ['authorize answers a state', { authorize: to({ state: 'constant' }) }, 'hook_failed'],
    ['authorize answers checks', { authorize: to({ checks: { nonce: 'x' } }) }, 'hook_failed'],
    ['authorize answers a form of numbers', { authorize: to({ form: { a: 1 } }) }, 'hook_failed'],
    ['authorize remembers a list', { authorize: to({ remember: ['a'] }) }, 'hook_failed'],
    ['authorize remembers too much', { authorize: to({ remember: { a: 'x'.repeat(4000) } }) }, 'too_large'],
    ['authorize changes the entry', { authorize: ({ provider }) => wrong(Object.assign(provider, { scope: ['all'] })) }, 'hook_failed'],
    ['checkResponse answers a text', { checkResponse: () => wrong('fine') }, 'hook_failed'],
    ['checkResponse answers numbers', { checkResponse: () => wrong({ id: 7 }) }, 'hook_failed'],
    ['checkResponse leaves out the id', { checkResponse: () => ({}) }, 'provider_bad_response'],
    ['exchange answers nothing', { exchange: () => wrong(undefined) }, 'hook_failed'],
    ['exchange answers null', { exchange: () => wrong(null) }, 'hook_failed'],
    ['exchange answers a text as response', { exchange: () => wrong({ response: 'ada' }) }, 'hook_failed'],
    ['exchange answers a user', { exchange: () => wrong({ user: { id: '7' } }) }, 'hook_failed'],
    ['exchange answers tokens unannounced', { exchange: () => ({ tokens: { accessToken: 'a' }, response: { id: '7' } }) }, 'hook_failed'],
    [
      'exchange answers an issuer',
      { exchange: () => wrong({ response: { id: '7' }, claims: { iss: 'https://x.example' } }) },
      'hook_failed',
    ],
    [
      'exchange answers an auth_time as text',
      { exchange: () => wrong({ response: { id: '7' }, claims: { auth_time: '1' } }) },
      'hook_failed',
    ],
    ['exchange answers no id', { exchange: () => ({ response: {} }) }, 'provider_bad_response'],
    ['exchange answers an empty id', { exchange: () => ({ response: { id: '' } }) }, 'provider_bad_response'],
    ['exchange answers a list as id', { exchange: () => ({ response: { id: ['7'] } }) }, 'provider_bad_response'],
    ['exchange answers true as id', { exchange: () => ({ response: { id: true } }) }, 'provider_bad_response'],
    ['userinfo answers null', { userinfo: () => wrong(null) }, 'hook_failed'],
    ['userinfo answers a list', { userinfo: () => wrong([{ id: '7' }]) }, 'hook_failed'],
    ['userinfo answers a circle', { userinfo: () => circle }, 'hook_failed'],
    ['userinfo answers a BigInt', { userinfo: () => ({ id: 7n }) }, 'hook_failed'],
    ['tokens are said to come and do not', { tokens: true }, 'provider_bad_response'],
    ['tokens have no access token', { tokens: true, exchange: () => wrong({ tokens: { refreshToken: 'r' } }) }, 'provider_bad_response'],
    ['an access token is empty', { tokens: true, exchange: () => ({ tokens: { accessToken: '' } }) }, 'provider_bad_response'],
    ['an access token is a number', { tokens: true, exchange: () => wrong({ tokens: { accessToken: 7 } }) }, 'provider_bad_response'],
    [
      'tokens end at a date',
      { tokens: true, exchange: () => wrong({ tokens: { accessToken: 'a', expiresAt: new Date() } }) },
      'hook_failed',
    ],
    [
      'tokens end in milliseconds',
      { tokens: true, exchange: () => ({ tokens: { accessToken: 'a', expiresAt: Date.now() } }) },
      'hook_failed',
    ],
    ['tokens have a life', { tokens: true, exchange: () => wrong({ tokens: { accessToken: 'a', expires_in: 60 } }) }, 'hook_failed'],
    ['tokens bring a key', { tokens: true, exchange: () => wrong({ tokens: { accessToken: 'a', dpopKey: 'k' } }) }, 'hook_failed'],
    [
      'tokens are of a type that nothing signs',
      { tokens: true, exchange: () => ({ tokens: { accessToken: 'a', tokenType: 'MAC' } }) },
      'hook_failed',
    ],
  ]

  test.each(broken)('is told and signs nobody in: %s', async (_name, parts, code) => {
    await start(echoProtocol(parts))
    await browser.go(`${site.url}/auth/own`)
    expect([await idOf(), last()]).toEqual([undefined, code])
    if (code === 'hook_failed') expect(errors.at(-1)).toMatchObject({ provider: 'own', reason: expect.stringMatching(/^echo\./) })
  })

  const functions = ['authorize', 'checkResponse', 'exchange', 'userinfo'] as const

  test.each(functions)('is told when %s throws, without what it threw', async (part) => {
    for (const thrown of [new Error('canary'), new TypeError('canary')]) {
      await start(
        echoProtocol({
          [part]: () => {
            throw thrown
          },
        }),
      )
      const page = await browser.go(`${site.url}/auth/own`)
      expect([await idOf(), last(), page.status]).toEqual([undefined, 'hook_failed', 500])
      expect(page.body).not.toContain('canary')
      expect(errors.at(-1)).toMatchObject({ reason: `echo.${part}`, cause: thrown })
      await site.close()
    }
  })

  test.each(functions)('is as an AuthError says that %s throws', async (part) => {
    await start(
      echoProtocol({
        [part]: () => Promise.reject(new AuthError('access_denied', 'The school is closed.')),
      }),
    )
    const page = await browser.go(`${site.url}/auth/own`)
    expect([await idOf(), last(), page.status]).toEqual([undefined, 'access_denied', 403])
    expect(page.body).toContain('The school is closed.')
  })

  test.each(functions)('is told when %s does not end', async (part) => {
    const asked: string[] = []
    await start(
      echoProtocol({
        [part]: () => {
          asked.push(part)
          return never()
        },
      }),
    )
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] })
    const page = browser.go(`${site.url}/auth/own`)
    while (asked.length === 0)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    jest.advanceTimersByTime(10_000)
    expect((await page).status).toBe(500)
    jest.useRealTimers()
    expect([await idOf(), last(), errors.at(-1)?.message]).toEqual([
      undefined,
      'hook_failed',
      `The function ${part} of the protocol 'echo' did not answer within 10 seconds.`,
    ])
  })
})

describe('A login by such a protocol', () => {
  test('is over after ten minutes', async () => {
    await start(echoProtocol())
    const location = await begun()
    const now = Date.now()
    jest.spyOn(Date, 'now').mockReturnValue(now + 601_000)
    await browser.go(location)
    expect([await idOf(), last()]).toEqual([undefined, 'state_expired'])
  })

  test('is finished once, however often its callback comes', async () => {
    const exchange = jest.fn<ProtocolDefinition['exchange']>(() => ({ response: { id: '7' } }))
    await start(echoProtocol({ exchange }), { tokenStore: memoryTokenStore() })
    const location = await begun()
    await Promise.all([browser.go(location), browser.go(location), browser.go(location)])
    await browser.go(location)
    expect([await idOf(), exchange.mock.calls.length]).toEqual(['7', 1])
  })

  test('leads where it was to lead, whatever the callback says', async () => {
    await start(
      echoProtocol({
        authorize: ({ redirectUri }, { state }) => ({ location: `${redirectUri}?state=${state}&id=7&returnTo=//evil.example` }),
      }),
    )
    const page = await browser.go(`${site.url}/auth/own?returnTo=/me`)
    expect(page.url).toBe(`${site.url}/me`)
    expect((await browser.go(`${site.url}/auth/own?returnTo=https://evil.example/`)).url).toBe(`${site.url}/`)
  })

  test('gets a session of another id than the one before', async () => {
    const ids: string[] = []
    const before = session({ secret: testSecret, resave: false, saveUninitialized: true, store: new MemoryStore() })
    await start(
      echoProtocol(),
      {},
      {
        before: [before as never],
        handlers: {
          '/id': (req, res) => {
            ids.push((req as unknown as { sessionID: string }).sessionID)
            res.end()
          },
        },
      },
    )
    await browser.go(`${site.url}/id`)
    await browser.go(`${site.url}/auth/own?returnTo=/id`)
    expect(await idOf()).toBe('7')
    expect(new Set(ids).size).toBe(2)
  })

  test('tells the protocol nothing that it could turn a login into another with', async () => {
    const seen: ProtocolGrant[] = []
    await start(
      echoProtocol({
        exchange: (_context, grant) => {
          seen.push(grant)
          Object.assign(grant, { transaction: { linkTo: 'x' }, returnTo: 'https://evil.example/' })
          return { response: { id: '7' } }
        },
        checkResponse: (_context, callback) => {
          seen.push({ ...callback })
          Object.assign(callback, { type: 'refresh_token' })
        },
      }),
    )
    expect((await browser.go(`${site.url}/auth/own?returnTo=/me`)).url).toBe(`${site.url}/me`)
    expect(await idOf()).toBe('7')
    for (const grant of seen.slice(0, 1)) expect(Object.keys(grant).sort()).toEqual(['parameters', 'remembered', 'scope', 'type'])
  })

  test('adds an account to the user who asked for it, and to nobody else', async () => {
    let id = '7'
    await start(echoProtocol({ exchange: () => ({ response: { id } }) }), { tokenStore: memoryTokenStore() })
    await browser.go(`${site.url}/auth/own`)
    const link = async (): Promise<string> =>
      (await browser.json<{ location: string }>(`${site.url}/auth/other/link`, { method: 'POST', headers: { origin: site.url } })).data
        .location
    id = '8'
    const first = await link()
    await browser.go(first)
    expect(
      (await browser.json<{ accounts: { key: string }[] }>(`${site.url}/auth/session`)).data.accounts.map(({ key }) => key).sort(),
    ).toEqual(['other$8', 'own$7'])
    const second = await link()
    await browser.json(`${site.url}/auth/logout`, { method: 'POST', headers: { origin: site.url } })
    id = '9'
    await browser.go(second)
    expect([await idOf(), last()]).toEqual([undefined, 'user_mismatch'])
    await browser.go(`${site.url}/auth/own`)
    expect((await browser.json<{ accounts: { key: string }[] }>(`${site.url}/auth/session`)).data.accounts.map(({ key }) => key)).toEqual([
      'own$9',
    ])
  })

  test('whose protocol reads maxAge is refused unless the provider says when the user signed in', async () => {
    let claims: { auth_time?: number } | undefined
    const protocol = echoProtocol({ options: ['maxAge'], exchange: () => ({ response: { id: '7' }, ...(claims ? { claims } : {}) }) })
    site = await startOwnSite({
      providers: { own: { protocol, maxAge: 60 } },
      hooks: {
        onError: ({ error }) => {
          errors.push(error)
        },
      },
    })
    const now = Math.floor(Date.now() / 1000)
    for (const given of [undefined, {}, { auth_time: now - 120 }]) {
      claims = given
      await browser.go(`${site.url}/auth/own`)
      expect([await idOf(), last()]).toEqual([undefined, 'reauth_required'])
    }
    claims = { auth_time: now - 60 }
    await browser.go(`${site.url}/auth/own`)
    expect(await idOf()).toBe('7')
  })

  test('may come by a POST from the provider where the protocol says so, and by no other method', async () => {
    await start(echoProtocol({ callbackMethods: ['POST'] }))
    const location = new URL(await begun())
    expect((await browser.go(location.href)).status).toBe(405)
    const form = Object.fromEntries(location.searchParams)
    location.search = ''
    await browser.go(location.href, { method: 'POST', form, headers: { origin: site.url } })
    expect(await idOf()).toBe('7')
  })
})

test('an answer is claimed once by each protocol and entry', async () => {
  const answers: unknown[] = []
  const protocol = echoProtocol({
    exchange: async ({ claimOnce }, grant) => {
      for (const seconds of [60, 0, -1, NaN, Infinity])
        answers.push(await claimOnce('the answer', seconds).catch((error: unknown) => (error as AuthError).code))
      return { response: { id: grant.type } }
    },
  })
  await start(protocol, { tokenStore: memoryTokenStore() })
  const refusals = Array.from({ length: 4 }, () => 'hook_failed')
  for (const slug of ['own', 'own', 'other']) await browser.go(`${site.url}/auth/${slug}`)
  expect(answers).toEqual([true, ...refusals, false, ...refusals, true, ...refusals])
})
