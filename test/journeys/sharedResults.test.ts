import { describe, expect, test } from '@jest/globals'
import session from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { run, type Running } from '../sessions/directApplication.js'
import { appUrl, type DirectBrowser } from '../sessions/directBrowser.js'
import { createLightProvider } from '../sessions/lightProvider.js'
import { testSecret } from '../support/application.js'
import type { AppParts } from '../support/hosts.js'
import { hostileOauth1, type HostileOauth1 } from '../support/hostileOauth1.js'

/** What joins two requests to one login is of our own making: a provider cannot name another's (rule R11). */

interface Parts {
  options?: Partial<AuthRouterOptions>
  before?: () => AppParts['before']
  processes?: number
}

interface Setting {
  first: Running
  last: Running
  hostile: HostileOauth1
  provider: ReturnType<typeof createLightProvider>
}

function setUp({ options = {}, before = () => [], processes = 1 }: Parts): Setting {
  const provider = createLightProvider()
  const hostile = hostileOauth1(provider.fetch)
  const parts = {
    providers: { light: provider.entry, hostile: hostile.entry, second: hostile.entry },
    http: { fetch: hostile.fetch },
    ...options,
  }
  const first = run(parts, before(), provider)
  return { first, last: processes === 1 ? first : run(parts, before(), provider), hostile, provider }
}

const stateOf = (callback: string): string => new URL(callback, appUrl).searchParams.get('state') ?? ''

/** Starts a login at the hostile provider, which gives it this token. */
async function startAt(browser: DirectBrowser, hostile: HostileOauth1, token: string, slug = 'hostile'): Promise<void> {
  hostile.give(token)
  expect((await browser.send(`/auth/${slug}?returnTo=/${slug}`)).status).toBe(302)
}

const callbackAt = (token: string, person: string, slug = 'hostile'): string =>
  `/auth/${slug}/callback?${new URLSearchParams({ oauth_token: token, oauth_verifier: person }).toString()}`

const me = async (browser: DirectBrowser): Promise<string | undefined> => ((await browser.json('/me')) as { key: string } | null)?.key

const sealedWithStore = (): Parts => ({ options: { tokenStore: memoryTokenStore() } })
const modes: [string, () => Parts][] = [
  ['the sealed cookie', () => ({})],
  ['a token store', sealedWithStore],
  ['two processes with a token store', () => ({ ...sealedWithStore(), processes: 2 })],
  [
    'express-session',
    () => {
      const sessions = session({ secret: testSecret, resave: false, saveUninitialized: false })
      return { before: () => [sessions as never] }
    },
  ],
  [
    'express-session with the logins under way',
    () => {
      const sessions = session({ secret: testSecret, resave: false, saveUninitialized: false })
      return { before: () => [sessions as never], options: { transactions: 'session' } }
    },
  ],
]

describe.each(modes)("A provider that gives another login's state as its request token, with %s,", (_name, parts) => {
  test('is never handed the session that the other login ended in', async () => {
    const { first, last, hostile } = setUp(parts())
    const victim = first.open()
    const attacker = last.open()
    const callback = await victim.start()
    await startAt(attacker, hostile, stateOf(callback))
    expect((await victim.send(callback)).status).toBe(303)
    const answer = await attacker.send(callbackAt(stateOf(callback), 'mallory'))
    expect(answer).toMatchObject({ status: 303, location: '/hostile' })
    expect(await me(attacker)).toBe('hostile$mallory')
    expect(await me(victim)).toBe('light$ada')
    expect(hostile.calls()).toBe(1)
  })

  test('does not join it while it is under way, nor keep it from ending', async () => {
    const { first, last, hostile, provider } = setUp(parts())
    const victim = first.open()
    const attacker = last.open()
    const callback = await victim.start()
    await startAt(attacker, hostile, stateOf(callback))
    const open = provider.hold()
    const finishing = victim.send(callback)
    await provider.held()
    expect((await attacker.send(callbackAt(stateOf(callback), 'mallory'))).status).toBe(303)
    expect(await me(attacker)).toBe('hostile$mallory')
    open()
    expect((await finishing).status).toBe(303)
    expect(await me(victim)).toBe('light$ada')
  })

  test('uses up no login but its own', async () => {
    const { first, last, hostile } = setUp(parts())
    const victim = first.open()
    const attacker = last.open()
    const callback = await victim.start()
    await startAt(attacker, hostile, stateOf(callback))
    expect((await attacker.send(callbackAt(stateOf(callback), 'mallory'))).status).toBe(303)
    expect((await victim.send(callback)).status).toBe(303)
    expect(await me(victim)).toBe('light$ada')
  })

  test('takes no place of the other login in the same browser', async () => {
    const { first, hostile } = setUp(parts())
    const browser = first.open()
    const callback = await browser.start('?returnTo=/light')
    await startAt(browser, hostile, stateOf(callback))
    expect(await browser.send(callback)).toMatchObject({ status: 303, location: '/light' })
    expect(await me(browser)).toBe('light$ada')
    // And what the browser has finished is of one provider, not of whoever brings the same value.
    expect(await browser.send(callbackAt(stateOf(callback), 'mallory', 'second'))).toMatchObject({ status: 400 })
    expect(await browser.send(callbackAt(stateOf(callback), 'mallory'))).toMatchObject({ status: 303, location: '/hostile' })
  })

  test('or one token to two browsers, joins nobody to anybody', async () => {
    const { first, last, hostile } = setUp(parts())
    const one = first.open()
    const other = last.open()
    await startAt(one, hostile, 'the-same')
    await startAt(other, hostile, 'the-same')
    expect(
      (await Promise.all([one.send(callbackAt('the-same', 'one')), other.send(callbackAt('the-same', 'other'))])).map(
        ({ status }) => status,
      ),
    ).toEqual([303, 303])
    expect(await Promise.all([me(one), me(other)])).toEqual(['hostile$one', 'hostile$other'])
    expect(hostile.calls()).toBe(2)
  })

  test('or one token to two logins of a browser, one after the other, finishes each', async () => {
    const { first, hostile } = setUp(parts())
    const browser = first.open()
    for (const person of ['one', 'other']) {
      await startAt(browser, hostile, 'the-same')
      expect((await browser.send(callbackAt('the-same', person))).status).toBe(303)
      expect(await me(browser)).toBe(`hostile$${person}`)
      // Opened twice, it goes on.
      expect(await browser.send(callbackAt('the-same', person))).toMatchObject({ status: 303, location: '/hostile' })
    }
    expect(hostile.calls()).toBe(2)
  })
})

describe("A callback at another provider's address", () => {
  test.each(modes)('is refused, with %s, and leaves the login as it was', async (_name, parts) => {
    const { first, hostile } = setUp(parts())
    const browser = first.open()
    const callback = await browser.start()
    const { status, body } = await browser.send(callbackAt(stateOf(callback), 'mallory'))
    expect({ status, isMismatch: body.includes('provider_mismatch') }).toEqual({ status: 400, isMismatch: true })
    expect(hostile.calls()).toBe(0)
    expect((await browser.send(callback)).status).toBe(303)
  })

  test('that was chosen by a tenant of the same slug joins nobody', async () => {
    // Two tenants by a header, each with the same slug and the same browser's record.
    const provider = createLightProvider()
    const tenant = { ...provider.entry, clientId: 'of the other tenant' }
    const app = run(
      { providers: (_slug, req) => ((req as { headers: Record<string, unknown> }).headers['x-tenant'] === 'b' ? tenant : provider.entry) },
      [],
      provider,
    )
    const browser = app.open()
    const copy = app.open()
    const callback = await browser.start()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    expect((await browser.send(callback)).status).toBe(303)
    const answer = await copy.send(callback, { headers: { 'x-tenant': 'b' } })
    expect({ status: answer.status, isMismatch: answer.body.includes('provider_mismatch') }).toEqual({ status: 400, isMismatch: true })
    expect(await me(copy)).toBeUndefined()
  })
})
