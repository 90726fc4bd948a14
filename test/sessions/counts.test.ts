import { describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import type { AppParts } from '../support/hosts.js'
import { rounds } from '../support/rounds.js'
import { seeded } from '../support/unitServer.js'
import { idOf, run, times, type Running } from './directApplication.js'
import { directBrowser } from './directBrowser.js'
import { createLightProvider } from './lightProvider.js'

const orders = rounds({ short: 10, long: 100 })
const copiedInOne = rounds({ short: 20, long: 200 })
const copiedInFour = rounds({ short: 8, long: 40 })
const loginsUnderWay = rounds({ short: 50, long: 1_000 })

describe('ten tabs, which finish in any order', () => {
  test.each<[string, AppParts['before']]>([
    ['the sealed cookie', []],
    ['express-session', [session({ secret: testSecret, resave: false, saveUninitialized: false }) as never]],
  ])(`all sign in, in ${orders} orders, with %s`, async (_name, before) => {
    const { open, provider } = run({}, before)
    const below = seeded(20)
    let signedIn = 0
    for (let order = 0; order < orders; order++) {
      const browser = open()
      const callbacks: string[] = []
      for (let tab = 0; tab < 10; tab++) callbacks.push(await browser.start('?returnTo=/done'))
      while (callbacks.length > 0) {
        const [callback = ''] = callbacks.splice(below(callbacks.length), 1)
        const { status, location } = await browser.send(callback)
        if (status === 303 && location === '/done' && (await idOf(browser)) === 'ada') signedIn++
      }
    }
    expect(signedIn).toBe(orders * 10)
    expect(provider.counts).toMatchObject({ calls: orders * 10, codes: orders * 10, reuses: 0 })
  })
})

describe('one callback, sent fifty times at once', () => {
  test(`makes ${copiedInOne} token calls in as many rounds in one process, and every copy goes on`, async () => {
    const { open, provider } = run()
    for (let round = 1; round <= copiedInOne; round++) {
      const browser = open()
      const callback = await browser.start()
      const answers = await Promise.all(times(50, () => open(new Map(browser.cookies)).send(callback)))
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(50)
      expect(provider.counts).toMatchObject({ calls: round, codes: round, reuses: 0 })
    }
    expect(provider.counts.calls).toBe(copiedInOne)
  })

  test(`makes ${copiedInFour} token calls in as many rounds over four processes with one token store`, async () => {
    const provider = createLightProvider()
    const tokenStore = memoryTokenStore()
    const processes = times(4, () => run({ tokenStore }, [], provider))
    const processOf = (index: number): Running => processes[index % 4] ?? run({ tokenStore }, [], provider)
    for (let round = 1; round <= copiedInFour; round++) {
      const browser = processOf(round).open()
      const callback = await browser.start()
      const answers = await Promise.all(times(50, (index) => processOf(index).open(new Map(browser.cookies)).send(callback)))
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(50)
      expect(provider.counts).toMatchObject({ calls: round, codes: round, reuses: 0 })
    }
    expect(provider.counts.calls).toBe(copiedInFour)
  })
})

describe(`a restart, with another secret put before the old one, while ${loginsUnderWay} logins are under way`, () => {
  const newer = 'the newer secret of the tests, long enough'
  test.each<[string, () => { before: NonNullable<AppParts['before']>; options: Partial<AuthRouterOptions> }]>([
    ['the sealed cookie', () => ({ before: [], options: {} })],
    ['a shared token store', () => ({ before: [], options: { tokenStore: shared.tokenStore } })],
    [
      'a shared session store',
      () => ({
        before: [session({ secret: 'of the application alone', resave: false, saveUninitialized: false, store: shared.sessions }) as never],
        options: {},
      }),
    ],
    [
      'a shared session store with the logins under way',
      () => ({
        before: [session({ secret: 'of the application alone', resave: false, saveUninitialized: false, store: shared.sessions }) as never],
        options: { transactions: 'session' },
      }),
    ],
  ])('leaves all of them to finish, with %s', async (_name, parts) => {
    const provider = createLightProvider()
    const start = (secret: string | string[]): Running => {
      const { before, options } = parts()
      return run({ secret, ...options }, before, provider)
    }
    let running = start(testSecret)
    const people = times(loginsUnderWay, (index) => `person-${String(index)}`)
    const browsers = people.map(() => directBrowser(() => running.app, provider))
    const callbacks = await Promise.all(browsers.map((browser, index) => browser.start(`?login_hint=${people[index] ?? ''}`)))
    await running.router.close()
    running = start([newer, testSecret])
    const finished = await Promise.all(
      browsers.map(
        async (browser, index) => (await browser.send(callbacks[index] ?? '')).status === 303 && (await idOf(browser)) === people[index],
      ),
    )
    expect(finished.filter(Boolean)).toHaveLength(loginsUnderWay)
    expect(provider.counts).toMatchObject({ codes: loginsUnderWay, reuses: 0 })
    // The old secret has done its duty: what was written since needs the new one alone.
    await running.router.close()
    running = start(newer)
    expect(await Promise.all(browsers.map(idOf))).toEqual(people)
  })
})

const shared = { tokenStore: memoryTokenStore(), sessions: new MemoryStore() }
