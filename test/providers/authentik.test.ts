import { describe, expect, test } from '@jest/globals'
import authentik from '../../providers/authentik.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters, changedUser } = quirksOf('authentik', authentik)

describe('authentik', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })

  test('is found by its parameters, below a path too', () => {
    expect(addresses({ host: 'example.com/id', app: 'shop' })).toMatchObject({ issuer: 'https://example.com/id/application/o/shop/' })
  })
})
