import { describe, expect, test } from '@jest/globals'
import bitly from '../../providers/bitly.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('bitly', bitly)

describe('Bitly', () => {
  test('does not vouch for a primary address that is not verified', () => {
    const emails = [
      { email: 'ada@example.com', is_primary: true, is_verified: false },
      { email: 'old@example.com', is_verified: true },
    ]

    expect(changedUser({ emails })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })
})
