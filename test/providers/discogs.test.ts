import { describe, expect, test } from '@jest/globals'
import type { RawProfile } from '../../lib/types.js'
import discogs from '../../providers/discogs.js'
import { facts, quirksOf } from './quirks.js'

const { changedUser } = quirksOf('discogs', discogs)

describe('Discogs', () => {
  function userAddress(raw: RawProfile): string | undefined {
    const user = discogs.extraRequests?.['user']
    return typeof user === 'function' ? user(raw, facts()) : user
  }

  test('is asked for the rest of the person by user name', () => {
    expect(userAddress({ id: 1, username: 'ada' })).toBe('https://api.discogs.com/users/ada')
  })

  test("is asked for no other address than a user's, whatever the name", () => {
    expect(userAddress({ username: '../oauth?a=b' })).toBe('https://api.discogs.com/users/..%2Foauth%3Fa%3Db')
  })

  test('gives the person by user name when the rest is withheld', () => {
    const user = changedUser({}, {})

    expect(user).toMatchObject({ id: '9856809', username: 'ada', name: 'ada' })
    expect(user).not.toHaveProperty('email')
  })
})
