import { describe, expect, test } from '@jest/globals'
import reddit from '../../providers/reddit.js'
import { quirksOf } from './quirks.js'
import { registered } from './registered.js'

const { changedUser } = quirksOf('reddit', reddit)

describe('Reddit', () => {
  test('is told which application asks, in its own words', () => {
    const userAgent = 'Example/1.0 ( mail@example.com )'

    expect(registered('reddit', reddit, { userAgent })?.apiHeaders).toEqual({ 'user-agent': userAgent })
    expect(registered('reddit', reddit)?.apiHeaders?.['user-agent']).toContain('authrouter')
  })

  test('has no page of a person without a name', () => {
    expect(changedUser({ name: undefined })).not.toHaveProperty('profileUrl')
  })

  test('gives no picture of a person without one', () => {
    expect(changedUser({ icon_img: null })).not.toHaveProperty('picture')
  })
})
