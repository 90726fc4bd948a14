import { describe, expect, test } from '@jest/globals'
import myanimelist from '../../providers/myanimelist.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('myanimelist', myanimelist)

describe('MyAnimeList', () => {
  test('may have signs of addresses in a name', () => {
    expect(changedUser({ name: 'a/../b?c' })).toMatchObject({ profileUrl: 'https://myanimelist.net/profile/a%2F..%2Fb%3Fc' })
  })

  test('has no page of a person without a name', () => {
    expect(changedUser({ name: undefined })).not.toHaveProperty('profileUrl')
  })
})
