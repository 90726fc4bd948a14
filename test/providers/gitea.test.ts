import { describe, expect, test } from '@jest/globals'
import gitea from '../../providers/gitea.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('gitea', gitea)

describe('Gitea', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
