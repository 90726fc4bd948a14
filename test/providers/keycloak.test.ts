import { describe, expect, test } from '@jest/globals'
import keycloak from '../../providers/keycloak.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('keycloak', keycloak)

describe('Keycloak', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
