import { describe, expect, test } from '@jest/globals'
import atlassian from '../../providers/atlassian.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('atlassian', atlassian)

describe('Atlassian', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked with parameters of its own', () => {
    expect(authorizationParameters()).toMatchObject({ audience: 'api.atlassian.com', prompt: 'consent', scope: 'read:me' })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })
})
