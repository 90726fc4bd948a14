import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { randomToken, sha256 } from '../../../lib/base/random.js'
import { createSealer } from '../../../lib/base/seal.js'
import { CallbackRuns } from '../../../middleware/core/callbackRuns.js'
import { heldBytes } from '../../../middleware/sessions/heldBytes.js'
import { sessionCache } from '../../../middleware/sessions/sessionCache.js'

const sealer = createSealer(['a secret of the tests, long enough to seal'], 'app')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function inUse(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Profiles of one person each, of 45 KB of JSON that a few hundred bytes hold when they are compressed. */
const profiles: [string, (index: number) => unknown][] = [
  ['a long text', (index) => `${'x'.repeat(45_000)}${String(index)}`],
  ['a long text beyond Latin-1', (index) => `${'✓'.repeat(15_000)}${String(index)}`],
  ['empty objects', (index) => [index, ...Array.from({ length: 15_000 }, () => ({}))]],
  ['empty lists', (index) => [index, ...Array.from({ length: 15_000 }, () => [])]],
  ['numbers', (index) => [index, ...Array.from({ length: 11_000 }, () => 1.5)]],
]

const recordOf = (index: number, raw: unknown): object => ({
  version: 1,
  salt: `salt-${String(index)}`,
  current: 'corp',
  accounts: { corp: { binding: 'whose', user: { id: String(index), key: `corp$${String(index)}`, raw: { raw } } } },
  finished: [],
  createdAt: 0,
})

describe.each(profiles)('Seven hundred people whose profiles inflate to %s', (_name, profileOf) => {
  test('take less than 32 MB in the memory of sessions that were opened and logins that have landed', async () => {
    const open = sessionCache(sealer)
    const flights = new CallbackRuns(() => 0)
    const before = inUse()
    for (let index = 0; index < 700; index++) {
      const text = sealer.seal('session', 'place', recordOf(index, profileOf(index)), { compressed: true })
      const record = open('place', text)
      expect(record).toBeDefined()
      await flights.share({ slug: 'corp', id: randomToken(16), stateHash: sha256(randomToken()), target: '', createdAt: 0 }, async () => ({
        record,
        returnTo: '/',
      }))
    }
    expect((inUse() - before) / 2 ** 20).toBeLessThanOrEqual(32)
    // In use until here.
    expect([open, flights]).toHaveLength(2)
  }, 60_000)
})

test('What a session holds is counted by what was opened, not by what it was sealed as', () => {
  const open = sessionCache(sealer)
  const seal = (index: number): string =>
    sealer.seal(
      'session',
      'place',
      recordOf(
        index,
        Array.from({ length: 15_000 }, () => ({})),
      ),
      { compressed: true },
    )
  const first = seal(0)
  const record = open('place', first)
  expect(first.length).toBeLessThan(1_000)
  for (let index = 1; index < 40; index++) open('place', seal(index))
  expect(open('place', first)).toEqual(record)
  expect(open('place', first)).not.toBe(record)
})

test('A small session counts for little, so that more than a thousand of them fit', () => {
  const user = {
    provider: 'corp',
    id: '1',
    key: 'corp$1',
    name: 'Ada',
    email: 'ada@example.org',
    emailVerified: true,
    roles: [],
    raw: { sub: '1', groups: ['a', 'b'] },
  }
  const tokens = {
    accessToken: 'x'.repeat(1_000),
    refreshToken: 'x'.repeat(1_000),
    idToken: 'x'.repeat(1_000),
    tokenType: 'Bearer',
    expiresAt: 1_800_000_000,
  }
  expect(
    heldBytes({
      version: 1,
      salt: 'x'.repeat(22),
      current: 'corp',
      accounts: { corp: { binding: 'whose', user, tokens } },
      finished: [],
      createdAt: 0,
    }),
  ).toBeLessThan(6_000)
})
