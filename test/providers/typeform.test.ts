import { describe, expect, test } from '@jest/globals'
import typeform from '../../providers/typeform.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters, changedUser } = quirksOf('typeform', typeform)

describe('Typeform', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('grants access at one host and answers at another', () => {
    expect(addresses({ apiHost: 'api.eu.typeform.com' })).toEqual({
      authorizationEndpoint: 'https://api.typeform.com/oauth/authorize',
      tokenEndpoint: 'https://api.typeform.com/oauth/token',
      userinfoEndpoint: 'https://api.eu.typeform.com/me',
      apiBaseUrl: 'https://api.eu.typeform.com/',
    })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'accounts:read offline' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'accounts:read offline' })
  })
})
