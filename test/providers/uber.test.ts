import { describe, expect, test } from '@jest/globals'
import uber from '../../providers/uber.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('uber', uber)

describe('Uber', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ email_verified: true, mobile_verified: true })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
