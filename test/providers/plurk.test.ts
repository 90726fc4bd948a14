import { describe, expect, test } from '@jest/globals'
import type { AuthUser, RawProfile } from '../../lib/types.js'
import plurk from '../../providers/plurk.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('plurk', plurk)

describe('Plurk', () => {
  const userWith = (changes: RawProfile): AuthUser => changedUser({ user_info: { id: 1, ...changes } })

  test('has no page of a person without a name', () => {
    expect(userWith({})).not.toHaveProperty('profileUrl')
  })

  test.each([
    [{ gender: 1 }, { gender: 'male' }],
    [{ date_of_birth: 'Fri, 05 Jun 2009 23:07:13 GMT' }, { birthdate: '2009-06-05' }],
    [{ has_profile_image: 1, avatar: null }, { picture: 'https://avatars.plurk.com/1-big.jpg' }],
    [{ has_profile_image: 1, avatar: 0 }, { picture: 'https://avatars.plurk.com/1-big.jpg' }],
  ])('with %j gives %j', (changes, expected) => {
    expect(userWith(changes)).toMatchObject(expected)
  })

  test.each([
    ['gender', { gender: 2 }],
    ['gender', { gender: null }],
    ['birthdate', { date_of_birth: null }],
    ['picture', { has_profile_image: 0, avatar: 4 }],
  ])('gives no %s with %j', (field, changes) => {
    expect(userWith(changes)).not.toHaveProperty(field)
  })
})
