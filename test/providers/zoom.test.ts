import { describe, expect, test } from '@jest/globals'
import zoom from '../../providers/zoom.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('zoom', zoom)

describe('Zoom', () => {
  test.each([
    [1, true],
    [0, false],
    [undefined, false],
    ['1', false],
  ])('with verified %j says that the address is verified: %s', (verified, expected) => {
    expect(changedUser({ verified })).toMatchObject({ email: 'ada@example.com', emailVerified: expected })
  })
})
