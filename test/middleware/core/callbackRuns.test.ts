import { beforeEach, describe, expect, test } from '@jest/globals'
import { randomToken, sha256 } from '../../../lib/base/random.js'
import type { Transaction } from '../../../lib/types.js'
import { CallbackRuns } from '../../../middleware/core/callbackRuns.js'

let time = 0
let flights: CallbackRuns
beforeEach(() => {
  time = 1_800_000_000_000
  flights = new CallbackRuns(() => time)
})

const loginOf = (parts: Partial<Transaction> = {}): Transaction => ({
  slug: 'corp',
  id: randomToken(16),
  stateHash: sha256(randomToken()),
  target: 'target',
  createdAt: time,
  ...parts,
})

describe('The result of a login', () => {
  test('is shared while it is worked out and for ten seconds after, and then the login is used up', async () => {
    const login = loginOf()
    let runs = 0
    const work = async (): Promise<{ run: number }> => ({ run: ++runs })
    expect(await Promise.all([flights.share(login, work), flights.share(login, work)])).toEqual([
      { value: { run: 1 }, isFirst: true },
      { value: { run: 1 }, isFirst: false },
    ])
    time += 9_999
    expect(flights.hasUsed(login)).toBe(false)
    expect(await flights.share(login, work)).toEqual({ value: { run: 1 }, isFirst: false })
    time += 1
    expect(flights.hasUsed(login)).toBe(true)
    await expect(flights.share(login, work)).rejects.toMatchObject({ code: 'state_used' })
    expect(runs).toBe(1)
  })

  test('is not that of another login of the same state, at the same provider or at another', async () => {
    const login = loginOf()
    await flights.share(login, async () => 'first')
    for (const other of [
      loginOf({ stateHash: login.stateHash }),
      loginOf({ stateHash: login.stateHash, slug: 'other' }),
      { ...login, slug: 'other' },
    ]) {
      expect(flights.hasUsed(other)).toBe(false)
      expect(await flights.share(other, async () => 'other')).toEqual({ value: 'other', isFirst: true })
    }
  })

  test('that failed is shared while it runs, and not kept', async () => {
    const login = loginOf()
    const fail = (): Promise<never> => Promise.reject(new Error('no'))
    expect(await Promise.allSettled([flights.share(login, fail), flights.share(login, fail)])).toEqual([
      expect.objectContaining({ status: 'rejected' }),
      expect.objectContaining({ status: 'rejected' }),
    ])
    expect(flights.hasUsed(login)).toBe(true)
    expect(flights.hasUsedName(login)).toBe(true)
    expect(flights.hasUsedName({ ...login, slug: 'other' })).toBe(false)
  })

  test('is kept as long as all of them stay within three million characters', async () => {
    const logins = Array.from({ length: 100 }, () => loginOf())
    for (const login of logins) await flights.share(login, async () => 'x'.repeat(48 * 1024))
    const kept = logins.filter((login) => !flights.hasUsed(login))
    expect(kept).toEqual(logins.slice(-Math.floor(3_000_000 / (48 * 1024 + 2))))
  })
})
