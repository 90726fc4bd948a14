import { describe, expect, test } from '@jest/globals'
import stripe from '../../providers/stripe.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('stripe', stripe)

describe('Stripe', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test("gives the business's own page as a website, not as a profile", () => {
    expect(changedUser({})).toMatchObject({ website: 'https://example.com/' })
    expect(changedUser({})).not.toHaveProperty('profileUrl')
  })
})
