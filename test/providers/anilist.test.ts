import { describe, expect, test } from '@jest/globals'
import anilist from '../../providers/anilist.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('anilist', anilist)

describe('AniList', () => {
  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })
})
