import { describe, expect, test } from '@jest/globals'
import type { Transaction } from '../../../lib/model/login.js'
import { bounded, packed, readTransaction, unpacked } from '../../../middleware/login/transactionRecord.js'

/** What is kept of a login that is under way. */

const transaction: Transaction = {
  slug: 'old',
  id: 'an id of our own',
  stateHash: 'a digest',
  target: 'another digest',
  createdAt: 1_700_000_000_000,
}
const tooLarge = expect.objectContaining({ code: 'too_large', provider: 'old' }) as unknown as Error

describe("The application's own state", () => {
  test.each([[{ cart: [7] }], ['text'], [0], [false], [null]])('%j comes back as it was', (state) => {
    const kept = { ...transaction, state }
    expect(unpacked(JSON.parse(JSON.stringify(packed(kept))))).toEqual(kept)
    expect(readTransaction(JSON.parse(JSON.stringify(kept)))).toEqual(kept)
  })

  test('stays where the place to return to has to go', () => {
    const state = 'x'.repeat(1000)
    const kept = { ...transaction, state, requestToken: 't'.repeat(1200) }
    expect(bounded({ ...kept, returnTo: `/${'r'.repeat(1000)}` })).toEqual(kept)
  })

  test('is refused where there is no room for it, and not left out', () => {
    expect(() => bounded({ ...transaction, state: 'x'.repeat(1000), requestToken: 't'.repeat(2000) })).toThrow(tooLarge)
  })
})

test('A record of the version before, which knew no state, is still a login', () => {
  const before: unknown = JSON.parse(JSON.stringify(packed({ ...transaction, returnTo: '/me' })))
  expect(before).not.toHaveProperty('x')
  expect(unpacked(before)).toEqual({ ...transaction, returnTo: '/me' })
})
