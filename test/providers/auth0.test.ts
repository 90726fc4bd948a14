import { describe, expect, test } from '@jest/globals'
import auth0 from '../../providers/auth0.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('auth0', auth0)

describe('Auth0', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })
})
