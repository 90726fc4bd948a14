import { describe, expect, test } from '@jest/globals'
import roblox from '../../providers/roblox.js'
import { quirksOf } from './quirks.js'
import { registered } from './registered.js'

const { changedUser } = quirksOf('roblox', roblox)

describe('Roblox', () => {
  test('never vouches for an address', () => {
    const email = 'ada@example.com'

    expect(changedUser({ email, email_verified: true })).toMatchObject({ email, emailVerified: false })
  })

  test('has an issuer that ends in a slash, which ID Tokens repeat', () => {
    expect(registered('roblox', roblox)?.issuer).toBe('https://apis.roblox.com/oauth/')
  })
})
