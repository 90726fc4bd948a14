import { describe, expect, test } from '@jest/globals'
import paypal from '../../providers/paypal.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('paypal', paypal)

describe('PayPal', () => {
  test('does not vouch for an address that is not confirmed', () => {
    const user = changedUser({ emails: [{ value: 'ada@example.com', primary: true, confirmed: false }] })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test.each([
    ['an address', 'https://www.paypal.com/webapps/auth/identity/user/mWq6_1sU'],
    ['the id alone', 'mWq6_1sU'],
  ])('may give the id as %s', (_case, id) => {
    expect(changedUser({ user_id: id })).toMatchObject({ id: 'mWq6_1sU', key: 'paypal$mWq6_1sU' })
  })
})
