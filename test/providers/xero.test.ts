import { describe, expect, test } from '@jest/globals'
import xero from '../../providers/xero.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('xero', xero)

describe('Xero', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid profile email offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid profile email offline_access' })
  })
})
