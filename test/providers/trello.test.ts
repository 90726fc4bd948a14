import { describe, expect, test } from '@jest/globals'
import trello from '../../providers/trello.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('trello', trello)

describe('Trello', () => {
  test('gives the picture in one size', () => {
    const { picture } = changedUser({ avatarUrl: 'https://example.com/abc' })

    expect(picture).toBe('https://example.com/abc/170.png')
  })

  test('gives no picture of a person without one', () => {
    expect(changedUser({ avatarUrl: null })).not.toHaveProperty('picture')
  })
})
