import { describe, expect, test } from '@jest/globals'
import polar from '../../providers/polar.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('polar', polar)

describe('Polar', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
