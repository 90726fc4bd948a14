import { describe, expect, test } from '@jest/globals'
import box from '../../providers/box.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('box', box)

describe('Box', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('has the address as one text, which may be empty', () => {
    expect(changedUser({ address: '1 Example Road' })).toMatchObject({ address: { formatted: '1 Example Road' } })
    expect(changedUser({ address: '' })).not.toHaveProperty('address')
  })

  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })
})
