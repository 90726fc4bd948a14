import { describe, expect, test } from '@jest/globals'
import descope from '../../providers/descope.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('descope', descope)

describe('Descope', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
