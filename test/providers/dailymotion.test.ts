import { describe, expect, test } from '@jest/globals'
import dailymotion from '../../providers/dailymotion.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('dailymotion', dailymotion)

describe('Dailymotion', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
