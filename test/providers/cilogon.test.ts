import { describe, expect, test } from '@jest/globals'
import cilogon from '../../providers/cilogon.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('cilogon', cilogon)

describe('CILogon', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
