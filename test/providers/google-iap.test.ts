import { expect, test } from '@jest/globals'
import provider from '../../providers/google-iap.js'
import { quirksOf } from './quirks.js'

const { changedUser, fixture } = quirksOf('google-iap', provider)

test('the address of a Google account is verified, and that of an external identity is not', () => {
  expect(changedUser({})).toMatchObject(fixture.user)
  expect(changedUser({ sub: 'securetoken.google.com/shop:7' })).toMatchObject({ emailVerified: false })
  expect(changedUser({ sub: 'evil:accounts.google.com:7' })).toMatchObject({ emailVerified: false })
})
