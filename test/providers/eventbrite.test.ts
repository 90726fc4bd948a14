import { describe, expect, test } from '@jest/globals'
import eventbrite from '../../providers/eventbrite.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('eventbrite', eventbrite)

describe('Eventbrite', () => {
  test('does not vouch for an address that is not verified', () => {
    const user = changedUser({ emails: [{ email: 'ada@example.com', primary: true, verified: false }] })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('gives the primary address, not the first one', () => {
    const emails = [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'new@example.com', primary: true, verified: false },
    ]

    expect(changedUser({ emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })
})
