import { describe, expect, test } from '@jest/globals'
import type { RawProfile } from '../../lib/types.js'
import foursquare from '../../providers/foursquare.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('foursquare', foursquare)

describe('Foursquare', () => {
  const userWith = (photo: unknown): RawProfile => ({ response: { user: { id: '9050303', photo } } })

  test('puts the size between the halves of a photo', () => {
    expect(changedUser(userWith({ prefix: 'https://fastly.4sqi.net/', suffix: '/1.jpg' }))).toMatchObject({
      picture: 'https://fastly.4sqi.net/original/1.jpg',
    })
  })

  test.each([[undefined], [null], [{}], [{ prefix: 'https://fastly.4sqi.net/' }]])('gives no picture of a photo like %j', (photo) => {
    expect(changedUser(userWith(photo))).not.toHaveProperty('picture')
  })
})
