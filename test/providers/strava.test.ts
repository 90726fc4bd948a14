import { describe, expect, test } from '@jest/globals'
import strava from '../../providers/strava.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('strava', strava)

describe('Strava', () => {
  test('has a stand-in for a picture, without a host, which is left out', () => {
    expect(changedUser({ profile: 'avatar/athlete/large.png' })).not.toHaveProperty('picture')
  })
})
