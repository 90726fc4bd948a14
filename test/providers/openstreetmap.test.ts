import { describe, expect, test } from '@jest/globals'
import openstreetmap from '../../providers/openstreetmap.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('openstreetmap', openstreetmap)

describe('OpenStreetMap', () => {
  test('may have signs of addresses in a name', () => {
    expect(changedUser({ user: { id: 1, display_name: 'a/../b?c' } })).toMatchObject({
      profileUrl: 'https://www.openstreetmap.org/user/a%2F..%2Fb%3Fc',
    })
  })

  test('has no page of a person without a name', () => {
    expect(changedUser({ user: { id: 1 } })).not.toHaveProperty('profileUrl')
  })
})
