import { describe, expect, test } from '@jest/globals'
import type { RawProfile } from '../../lib/types.js'
import bungie from '../../providers/bungie.js'
import { completeMap } from './fixtures.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('bungie', bungie)

describe('Bungie', () => {
  test.each([
    ['/img/ada.gif', 'https://www.bungie.net/img/ada.gif'],
    ['.example.com/ada.gif', undefined],
    [null, undefined],
  ])('makes a picture of a part of its address: with %j %s', (profilePicturePath, picture) => {
    const Response = { bungieNetUser: { membershipId: '97293513', profilePicturePath } }

    expect(changedUser({ Response }).picture).toBe(picture)
  })

  test('gives no picture where it says nothing of the person', () => {
    const picture = completeMap(bungie).picture as (raw: RawProfile) => unknown

    expect([{}, { Response: {} }].map((raw) => picture(raw))).toEqual([undefined, undefined])
  })

  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })
})
