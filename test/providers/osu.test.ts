import { describe, expect, test } from '@jest/globals'
import osu from '../../providers/osu.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('osu', osu)

describe('osu!', () => {
  test('has no page of a person without a name', () => {
    expect(changedUser({ username: undefined })).not.toHaveProperty('profileUrl')
  })

  test('knows the country alone, and may not', () => {
    expect(changedUser({ country_code: undefined })).not.toHaveProperty('address')
  })
})
