import { describe, expect, test } from '@jest/globals'
import airtable from '../../providers/airtable.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('airtable', airtable)

describe('Airtable', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
