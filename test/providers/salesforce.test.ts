import { describe, expect, test } from '@jest/globals'
import salesforce from '../../providers/salesforce.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters, changedUser } = quirksOf('salesforce', salesforce)

describe('Salesforce', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('gives no picture that a browser cannot load', () => {
    expect(changedUser({})).not.toHaveProperty('picture')
  })

  test('signs in to an organization at its own domain, where its API is', () => {
    expect(addresses({ domain: 'example.my.salesforce.com' })).toEqual({
      issuer: 'https://example.my.salesforce.com',
      revocationEndpoint: 'https://example.my.salesforce.com/services/oauth2/revoke',
      apiBaseUrl: 'https://example.my.salesforce.com/services/',
    })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid profile email refresh_token' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid profile email refresh_token' })
  })
})
