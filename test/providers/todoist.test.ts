import { describe, expect, test } from '@jest/globals'
import todoist from '../../providers/todoist.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('todoist', todoist)

describe('Todoist', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ email_verified: true, is_email_verified: true })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
