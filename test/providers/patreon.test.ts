import { describe, expect, test } from '@jest/globals'
import patreon from '../../providers/patreon.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('patreon', patreon)

describe('Patreon', () => {
  test('does not vouch for an address that is not verified', () => {
    const user = changedUser({ data: { id: '1', attributes: { email: 'ada@example.com', is_email_verified: false } } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
