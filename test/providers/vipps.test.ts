import { describe, expect, test } from '@jest/globals'
import vipps from '../../providers/vipps.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('vipps', vipps)

describe('Vipps', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
