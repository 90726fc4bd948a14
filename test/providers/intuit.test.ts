import { describe, expect, test } from '@jest/globals'
import intuit from '../../providers/intuit.js'
import { mergedProfile } from './fixtures.js'
import { quirksOf } from './quirks.js'

const { changedUser, fixture } = quirksOf('intuit', intuit)

describe('Intuit', () => {
  test('names the company of the callback in the profile', () => {
    expect(intuit.callbackParameters).toEqual(['realmId'])
    expect(mergedProfile(intuit, fixture)).toMatchObject({ realmId: '9130347596842386', givenName: 'Ada' })
  })

  test('does not vouch for an address that is not confirmed', () => {
    expect(changedUser({ emailVerified: false, email_verified: true })).toMatchObject({ emailVerified: false })
  })
})
