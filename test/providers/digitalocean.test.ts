import { describe, expect, test } from '@jest/globals'
import digitalocean from '../../providers/digitalocean.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('digitalocean', digitalocean)

describe('DigitalOcean', () => {
  test('does not vouch for an address that is not verified', () => {
    const user = changedUser({ account: { uuid: '1', email: 'ada@example.com', email_verified: false } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
