import { describe, expect, test } from '@jest/globals'
import adobe from '../../providers/adobe.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('adobe', adobe)

describe('Adobe', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for scopes that are separated by commas', () => {
    expect(authorizationParameters()).toMatchObject({ scope: 'openid,profile,email,AdobeID' })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })
})
