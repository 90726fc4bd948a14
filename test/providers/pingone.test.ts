import { describe, expect, test } from '@jest/globals'
import pingone from '../../providers/pingone.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('pingone', pingone)

describe('PingOne', () => {
  test('never vouches for an address', () => {
    const email = 'ada@example.com'

    expect(changedUser({ email, email_verified: true })).toMatchObject({ email, emailVerified: false })
  })
})
