import { describe, expect, test } from '@jest/globals'
import github from '../../providers/github.js'
import { quirksOf } from './quirks.js'

const { addresses, changedUser } = quirksOf('github', github)

describe('GitHub', () => {
  test('gives an unverified primary address as unverified', () => {
    const emails = [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'new@example.com', primary: true, verified: false },
    ]

    expect(changedUser({}, { emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test.each([
    ['is withheld', {}],
    ['names no primary address', { emails: [null, { email: 'old@example.com', primary: false, verified: true }] }],
    ['is no list', { emails: { message: 'Not Found' } }],
  ])('gives the public address as unverified when the list %s', (_case, answers) => {
    const user = changedUser({ email: 'public@example.com' }, answers)

    expect(user).toMatchObject({ email: 'public@example.com', emailVerified: false })
  })

  test.each([
    ['github.com', 'https://api.github.com/', 'https://github.com/login/oauth'],
    ['octo.ghe.com', 'https://api.octo.ghe.com/', 'https://octo.ghe.com/login/oauth'],
    ['git.corp.example', 'https://git.corp.example/api/v3/', 'https://git.corp.example/login/oauth'],
    ['git.corp.example:8443', 'https://git.corp.example:8443/api/v3/', 'https://git.corp.example:8443/login/oauth'],
    ['notghe.com', 'https://notghe.com/api/v3/', 'https://notghe.com/login/oauth'],
  ])('at %s has its API at %s', (host, api, oauth) => {
    expect(addresses({ host })).toEqual({
      authorizationEndpoint: `${oauth}/authorize`,
      tokenEndpoint: `${oauth}/access_token`,
      authorizationResponseIssuer: oauth,
      apiBaseUrl: api,
      userinfoEndpoint: `${api}user`,
      'extraRequests.emails': `${api}user/emails`,
    })
  })
})
