import { describe, expect, test } from '@jest/globals'
import gitlab from '../../providers/gitlab.js'
import { quirksOf } from './quirks.js'

const { addresses, changedUser } = quirksOf('gitlab', gitlab)

describe('GitLab', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('takes a host', () => {
    expect(addresses({ host: 'git.corp.example' })).toEqual({
      issuer: 'https://git.corp.example',
      apiBaseUrl: 'https://git.corp.example/api/v4/',
    })
  })
})
