import { describe, expect, test } from '@jest/globals'
import logto from '../../providers/logto.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('logto', logto)

describe('Logto', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
