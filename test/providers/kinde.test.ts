import { describe, expect, test } from '@jest/globals'
import kinde from '../../providers/kinde.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('kinde', kinde)

describe('Kinde', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
