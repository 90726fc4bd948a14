import { describe, expect, test } from '@jest/globals'
import google from '../../providers/google.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('google', google)

describe('Google', () => {
  const unmanaged = { hd: undefined }

  test.each([
    ['a Gmail address', { ...unmanaged, email: 'ada@gmail.com' }, true],
    ['a Gmail address in capitals', { ...unmanaged, email: 'Ada@GMAIL.com' }, true],
    ['an address of a Workspace account', { hd: 'example.com', email: 'ada@example.net' }, true],
    ['another address, though Google confirmed it once', { ...unmanaged, email: 'ada@example.com' }, false],
    ['an address that only looks like Gmail', { ...unmanaged, email: 'ada@notgmail.com' }, false],
    ['an address below Gmail', { ...unmanaged, email: 'ada@gmail.com.example.com' }, false],
    ['an address of a Workspace account that is not confirmed', { hd: 'example.com', email_verified: false }, false],
    ['a Gmail address that is not confirmed', { ...unmanaged, email: 'ada@gmail.com', email_verified: false }, false],
    ['an address with an empty domain claim', { hd: '' }, false],
  ])('of %s', (_case, changes, verified) => {
    expect(changedUser(changes)).toMatchObject({ emailVerified: verified })
  })

  test('is asked for a refresh token in its own way, and only when one is wanted', () => {
    const expected = { access_type: 'offline', prompt: 'consent', scope: 'openid profile email' }

    expect(authorizationParameters({ offline: true })).toMatchObject(expected)
    expect(authorizationParameters()).not.toMatchObject(expected)
  })
})
