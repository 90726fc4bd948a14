import { describe, expect, test } from '@jest/globals'
import twitter from '../../providers/twitter.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('twitter', twitter)

describe('Twitter', () => {
  test('says nothing of an address that is not there', () => {
    const user = changedUser({ email: null })

    expect(user).not.toHaveProperty('email')
    expect(user).not.toHaveProperty('emailVerified')
  })

  test('names the person by the text of the id, which keeps all its digits', () => {
    expect(changedUser({ id: 5080103080208090000 })).toMatchObject({ id: '5080103080208090101' })
  })
})
