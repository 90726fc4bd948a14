import { describe, expect, test } from '@jest/globals'
import bitbucket from '../../providers/bitbucket.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('bitbucket', bitbucket)

describe('Bitbucket', () => {
  test('gives an unconfirmed primary address as unverified', () => {
    const values = [
      { email: 'old@example.com', is_primary: false, is_confirmed: true },
      { email: 'new@example.com', is_primary: true, is_confirmed: false },
    ]

    expect(changedUser({}, { emails: { values } })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test('signs a person in who withholds the addresses', () => {
    expect(changedUser({}, {})).not.toHaveProperty('email')
  })
})
