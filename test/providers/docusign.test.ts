import { describe, expect, test } from '@jest/globals'
import docusign from '../../providers/docusign.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('docusign', docusign)

describe('Docusign', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
