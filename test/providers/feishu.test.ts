import { describe, expect, test } from '@jest/globals'
import feishu from '../../providers/feishu.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('feishu', feishu)

describe('Feishu', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
