import { describe, expect, test } from '@jest/globals'
import onelogin from '../../providers/onelogin.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('onelogin', onelogin)

describe('OneLogin', () => {
  test('never vouches for an address', () => {
    const email = 'ada@example.com'

    expect(changedUser({ email, email_verified: true })).toMatchObject({ email, emailVerified: false })
  })
})
