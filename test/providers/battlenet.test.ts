import { describe, expect, test } from '@jest/globals'
import battlenet from '../../providers/battlenet.js'
import { quirksOf } from './quirks.js'

const { addresses, changedUser } = quirksOf('battlenet', battlenet)

describe('Battle.net', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ email_verified: true, email: 'ada@example.com' })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('has an issuer of its own in China', () => {
    expect(addresses({ host: 'oauth.battlenet.com.cn' })).toMatchObject({ issuer: 'https://oauth.battlenet.com.cn' })
  })
})
