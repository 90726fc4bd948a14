import { describe, expect, test } from '@jest/globals'
import spotify from '../../providers/spotify.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('spotify', spotify)

describe('Spotify', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
