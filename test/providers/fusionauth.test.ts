import { describe, expect, test } from '@jest/globals'
import fusionauth from '../../providers/fusionauth.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('fusionauth', fusionauth)

describe('FusionAuth', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid email profile offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid email profile offline_access' })
  })
})
