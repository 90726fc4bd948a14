import { describe, expect, test } from '@jest/globals'
import adfs from '../../providers/adfs.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('adfs', adfs)

describe('AD FS', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
