import { describe, expect, test } from '@jest/globals'
import franceconnect from '../../providers/franceconnect.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('franceconnect', franceconnect)

describe('FranceConnect', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked without PKCE, with a nonce, for a level of assurance', () => {
    const parameters = authorizationParameters()

    expect(parameters).toMatchObject({ acr_values: 'eidas1', scope: 'openid given_name family_name email' })
    expect(parameters['nonce']?.length).toBeGreaterThanOrEqual(22)
    expect(parameters['state']?.length).toBeGreaterThanOrEqual(22)
    expect(Object.keys(parameters).sort()).toEqual(['acr_values', 'client_id', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state'])
  })

  test('gives no family name for a user name', () => {
    expect(changedUser({ preferred_username: 'Beispiel' })).not.toHaveProperty('username')
  })
})
