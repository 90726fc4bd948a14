import { describe, expect, test } from '@jest/globals'
import huggingface from '../../providers/huggingface.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('huggingface', huggingface)

describe('Hugging Face', () => {
  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })
})
