import { describe, expect, test } from '@jest/globals'
import telegram from '../../providers/telegram.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('telegram', telegram)

describe('Telegram', () => {
  test('says nothing of an address, whatever is claimed', () => {
    expect(changedUser({ email_verified: true })).not.toHaveProperty('emailVerified')
    expect(changedUser({ email: 'ada@example.com', email_verified: true })).toMatchObject({ emailVerified: false })
  })

  test('gives no link to a person without a username', () => {
    expect(changedUser({ preferred_username: undefined })).not.toHaveProperty('profileUrl')
  })
})
