import { describe, expect, test } from '@jest/globals'
import zitadel from '../../providers/zitadel.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('zitadel', zitadel)

describe('Zitadel', () => {
  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid profile email offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid profile email offline_access' })
  })
})
