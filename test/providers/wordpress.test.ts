import { describe, expect, test } from '@jest/globals'
import wordpress from '../../providers/wordpress.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('wordpress', wordpress)

describe('WordPress.com', () => {
  test('does not vouch for an address that is not verified, whatever else is', () => {
    const user = changedUser({ email_verified: false, verified: true })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
