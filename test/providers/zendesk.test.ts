import { describe, expect, test } from '@jest/globals'
import zendesk from '../../providers/zendesk.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('zendesk', zendesk)

describe('Zendesk', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ user: { id: 1, email: 'ada@example.com', verified: true } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('has nobody under an anonymous answer', () => {
    expect(() => changedUser({ user: { id: null, name: 'Anonymous user' } })).toThrow('no usable id')
  })
})
