import { describe, expect, test } from '@jest/globals'
import globus from '../../providers/globus.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('globus', globus)

describe('Globus', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a parameter, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ access_type: 'offline' })
    expect(authorizationParameters()).not.toMatchObject({ access_type: 'offline' })
  })
})
