import { describe, expect, test } from '@jest/globals'
import coinbase from '../../providers/coinbase.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('coinbase', coinbase)

describe('Coinbase', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ data: { id: '1', email: 'ada@example.com', email_verified: true } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'wallet:user:read wallet:user:email offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'wallet:user:read wallet:user:email offline_access' })
  })
})
