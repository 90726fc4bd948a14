import { describe, expect, test } from '@jest/globals'
import clerk from '../../providers/clerk.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('clerk', clerk)

describe('Clerk', () => {
  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })['scope']).toContain('offline_access')
    expect(authorizationParameters()['scope']).not.toContain('offline_access')
  })
})
