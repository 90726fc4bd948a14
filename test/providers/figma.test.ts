import { describe, expect, test } from '@jest/globals'
import figma from '../../providers/figma.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('figma', figma)

describe('Figma', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
