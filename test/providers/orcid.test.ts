import { describe, expect, test } from '@jest/globals'
import orcid from '../../providers/orcid.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('orcid', orcid)

describe('ORCID', () => {
  test('never vouches for an address', () => {
    const email = 'ada@example.com'

    expect(changedUser({ email, email_verified: true })).toMatchObject({ email, emailVerified: false })
  })

  test('shows an iD as an address of the place where it was made', () => {
    const iss = 'https://sandbox.orcid.org'

    expect(changedUser({ iss })).toMatchObject({ profileUrl: `${iss}/6000-0005-3907-4854` })
  })
})
