import { describe, expect, test } from '@jest/globals'
import threads from '../../providers/threads.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('threads', threads)

describe('Threads', () => {
  test('links the page of a username', () => {
    const { profileUrl } = changedUser({ username: 'ada.example' })

    expect(profileUrl).toBe('https://www.threads.net/@ada.example')
    expect(changedUser({ username: undefined })).not.toHaveProperty('profileUrl')
  })
})
