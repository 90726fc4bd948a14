import { describe, expect, test } from '@jest/globals'
import simplelogin from '../../providers/simplelogin.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('simplelogin', simplelogin)

describe('SimpleLogin', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada.alias@example.com', emailVerified: false })
  })

  test('is asked without a nonce, which its ID Tokens would not hold', () => {
    expect(authorizationParameters()).toHaveProperty('state')
    expect(authorizationParameters()).not.toHaveProperty('nonce')
  })
})
