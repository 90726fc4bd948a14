import { describe, expect, test } from '@jest/globals'
import jumpcloud from '../../providers/jumpcloud.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('jumpcloud', jumpcloud)

describe('JumpCloud', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
