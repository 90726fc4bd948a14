import { describe, expect, test } from '@jest/globals'
import authelia from '../../providers/authelia.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters } = quirksOf('authelia', authelia)

describe('Authelia', () => {
  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })

  test('is found by its parameters, below a path too', () => {
    expect(addresses({ host: 'example.com/auth' })).toMatchObject({ issuer: 'https://example.com/auth' })
  })
})
