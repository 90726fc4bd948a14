import { describe, expect, test } from '@jest/globals'
import seznam from '../../providers/seznam.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('seznam', seznam)

describe('Seznam', () => {
  test.each([false, undefined])('does not vouch for an address with email_verified %j', (claim) => {
    expect(changedUser({ email_verified: claim })).toMatchObject({ email: 'ada@seznam.cz', emailVerified: false })
  })
})
