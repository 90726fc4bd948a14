import { describe, expect, test } from '@jest/globals'
import wikimedia from '../../providers/wikimedia.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('wikimedia', wikimedia)

describe('Wikimedia', () => {
  test('does not vouch for an address that is not confirmed', () => {
    expect(changedUser({ confirmed_email: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
