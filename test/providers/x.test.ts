import { describe, expect, test } from '@jest/globals'
import x from '../../providers/x.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('x', x)

describe('X', () => {
  test('says nothing of an address that is not there', () => {
    const user = changedUser({ data: { id: '1', username: 'ada' } })

    expect(user).not.toHaveProperty('email')
    expect(user).not.toHaveProperty('emailVerified')
  })

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(authorizationParameters({ offline: true })).toMatchObject({ scope: 'users.read tweet.read users.email offline.access' })
    expect(authorizationParameters()).not.toMatchObject({ scope: 'users.read tweet.read users.email offline.access' })
  })
})
