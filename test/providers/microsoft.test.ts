import { describe, expect, test } from '@jest/globals'
import microsoft from '../../providers/microsoft.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters, changedUser } = quirksOf('microsoft', microsoft)

describe('Microsoft', () => {
  test.each([
    [{}, false],
    [{ email_verified: true }, false],
    [{ email_verified: true, xms_edov: false }, false],
    [{ xms_edov: true }, true],
  ])('with the claims %j says that the address is verified: %s', (changes, verified) => {
    expect(changedUser(changes)).toMatchObject({ email: 'ada@example.com', emailVerified: verified })
  })

  test('gives no picture that a browser cannot load', () => {
    expect(changedUser({})).not.toHaveProperty('picture')
  })

  test('takes a tenant', () => {
    expect(addresses({ tenant: 'contoso.example' })).toEqual({
      issuer: 'https://login.microsoftonline.com/contoso.example/v2.0',
      apiBaseUrl: 'https://graph.microsoft.com/v1.0/',
    })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid profile email offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid profile email offline_access' })
  })
})
