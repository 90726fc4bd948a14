import { describe, expect, test } from '@jest/globals'
import dropbox from '../../providers/dropbox.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('dropbox', dropbox)

describe('Dropbox', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a parameter, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ token_access_type: 'offline' })
    expect(authorizationParameters()).not.toMatchObject({ token_access_type: 'offline' })
  })
})
