import { expect } from '@jest/globals'
import { attacked, once } from './modes.js'
import { startHostileOauth1 } from './oauth1.js'

/** Beside cases 289 and 293: a flood of strangers fills neither the log nor a provider, however sessions are kept. */

attacked()

once('A flood of bad callbacks prints a few lines, each short', async (attack) => {
  await attack.run()
  const started = performance.now()
  await Promise.all(
    Array.from({ length: 300 }, (_, index) =>
      attack.visitor().go(`/auth/plain/callback?state=unknown-${String(index)}&code=${'c'.repeat(4000)}`),
    ),
  )
  await Promise.all(Array.from({ length: 300 }, (_, index) => attack.visitor().go(`/auth/invented-${String(index)}`)))
  const seconds = Math.ceil((performance.now() - started) / 1000)
  const lines = attack.printed().split('\n').filter(Boolean)
  // Ten a second of each code, and one that counts the rest.
  expect(lines.length).toBeLessThanOrEqual(2 * 11 * (seconds + 1))
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(1_100)
  // What a stranger sent is in none of them.
  expect(lines.filter((line) => /unknown-\d|cccccc/.test(line))).toEqual([])
})

once('A flood of starts of OAuth 1.0a makes a bounded number of calls to its provider at once', async (attack) => {
  const old = await startHostileOauth1()
  try {
    await attack.run({ providers: { old: old.entry, plain: attack.honest.oauth2() } })
    const release = old.hold()
    const answers = Array.from({ length: 400 }, () => attack.visitor().go('/auth/old'))
    // Those that are too many are told so while the others still wait.
    await Promise.race(answers)
    expect(old.received.length).toBeLessThanOrEqual(100)
    // Other ways to sign in are not held up.
    const visitor = attack.visitor()
    await attack.signIn(visitor, 'ada')
    expect(await attack.me(visitor)).toBe('ada')
    release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.filter((status) => ![200, 503, 504].includes(status))).toEqual([])
    expect(statuses).toContain(200)
  } finally {
    await old.close()
  }
})
