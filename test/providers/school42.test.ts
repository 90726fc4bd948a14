import { describe, expect, test } from '@jest/globals'
import school42 from '../../providers/school42.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('school42', school42)

describe('42', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@student.42.fr', emailVerified: false })
  })
})
