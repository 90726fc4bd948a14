import { describe, expect, test } from '@jest/globals'
import forgejo from '../../providers/forgejo.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('forgejo', forgejo)

describe('Forgejo', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
