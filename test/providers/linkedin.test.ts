import { describe, expect, test } from '@jest/globals'
import linkedin from '../../providers/linkedin.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('linkedin', linkedin)

describe('LinkedIn', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked without a nonce', () => {
    expect(authorizationParameters()).toHaveProperty('state')
    expect(authorizationParameters()).not.toHaveProperty('nonce')
  })

  test.each([
    [{ country: 'GB', language: 'en' }, 'en-GB'],
    [{ language: 'en' }, 'en'],
    ['en_GB', 'en_GB'],
  ])('reads the locale %j as %s', (locale, expected) => {
    expect(changedUser({ locale })).toMatchObject({ locale: expected })
  })

  test('leaves out a locale that says nothing', () => {
    expect(changedUser({ locale: {} })).not.toHaveProperty('locale')
  })
})
