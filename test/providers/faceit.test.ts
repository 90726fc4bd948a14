import { describe, expect, test } from '@jest/globals'
import faceit from '../../providers/faceit.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('faceit', faceit)

describe('FACEIT', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
