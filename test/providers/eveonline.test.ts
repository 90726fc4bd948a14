import { describe, expect, test } from '@jest/globals'
import eveonline from '../../providers/eveonline.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('eveonline', eveonline)

describe('EVE Online', () => {
  test.each(['Corporation', undefined])('gives no picture for a token of the type %s', (type) => {
    expect(changedUser({ TokenType: type })).not.toHaveProperty('picture')
  })
})
