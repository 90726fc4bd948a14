import { describe, expect, test } from '@jest/globals'
import vercel from '../../providers/vercel.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('vercel', vercel)

describe('Vercel', () => {
  test('does not vouch for an address without a claim', () => {
    expect(changedUser({ email_verified: undefined })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'openid email profile offline_access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'openid email profile offline_access' })
  })
})
