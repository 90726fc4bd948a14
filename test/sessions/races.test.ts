import { describe, expect, test } from '@jest/globals'
import session, { MemoryStore } from 'express-session'
import { testSecret } from '../support/application.js'
import { rounds } from '../support/rounds.js'
import { seeded } from '../support/unitServer.js'
import { idOf, run, times } from './directApplication.js'

const racerCount = 20
const racesEach = rounds({ short: 25, long: 500 })
const loginRaces = rounds({ short: 50, long: 1_000 })

describe('an application that writes into the session while tokens are refreshed', () => {
  test(`loses neither in ${racerCount * racesEach} races`, async () => {
    const { open, provider } = run({}, [
      session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never,
    ])
    const below = seeded(215)
    const lost = { values: 0, tokens: 0, failed: 0 }
    const racers = await Promise.all(
      times(racerCount, async () => {
        const browser = open()
        await browser.signIn()
        return browser
      }),
    )
    await Promise.all(
      racers.map(async (browser) => {
        for (let race = 1; race <= racesEach; race++) {
          const answers = await Promise.all([browser.send(`/write?wait=${String(below(6))}`), browser.send('/renew')])
          lost.failed += answers.filter(({ status }) => status !== 200).length
          if ((await browser.json('/written')) !== race) lost.values++
        }
        if ((await browser.json('/api')) !== 200) lost.tokens++
      }),
    )
    expect(lost).toEqual({ values: 0, tokens: 0, failed: 0 })
    expect(provider.counts.reuses).toBe(0)
    // Once in ten thousand rotations a process forgets the first of a session's, and finds what they led to in the store instead.
    expect(provider.counts.refreshes).toBeGreaterThan(racerCount * racesEach * 0.99)
  })
})

describe('an application that writes into the session while somebody signs in', () => {
  test(`in ${loginRaces} races nobody's login is lost, and the session of before is nobody's`, async () => {
    const { open, provider } = run({}, [
      session({ secret: testSecret, resave: false, saveUninitialized: false, store: new MemoryStore() }) as never,
    ])
    const below = seeded(29)
    const signedIn = { afterwards: 0, before: 0 }
    for (let race = 0; race < loginRaces; race++) {
      const browser = open()
      await browser.send('/write?wait=0')
      const planted = new Map(browser.cookies)
      const callback = await browser.start()
      await Promise.all([browser.send(callback), browser.send(`/write?wait=${String(below(6))}`)])
      if ((await idOf(browser)) === 'ada') signedIn.afterwards++
      if ((await idOf(open(planted))) !== undefined) signedIn.before++
    }
    expect(signedIn).toEqual({ afterwards: loginRaces, before: 0 })
    expect(provider.counts).toMatchObject({ codes: loginRaces, reuses: 0 })
  })
})
