import { describe, expect, test } from '@jest/globals'
import gitee from '../../providers/gitee.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('gitee', gitee)

describe('Gitee', () => {
  test('gives an unconfirmed primary address as unverified', () => {
    const emails = [
      { email: 'old@example.com', state: 'confirmed', scope: ['committed'] },
      { email: 'new@example.com', state: 'unconfirmed', scope: ['primary', 'notified'] },
    ]

    expect(changedUser({}, { emails })).toMatchObject({ email: 'new@example.com', emailVerified: false })
  })

  test.each([
    ['is withheld', {}],
    ['names no primary address', { emails: [null, { email: 'old@example.com', state: 'confirmed', scope: ['committed'] }, {}] }],
    ['is no list', { emails: { message: 'Forbidden' } }],
  ])('gives the public address as unverified when the list %s', (_case, answers) => {
    const user = changedUser({ email: 'public@example.com' }, answers)

    expect(user).toMatchObject({ email: 'public@example.com', emailVerified: false })
  })
})
