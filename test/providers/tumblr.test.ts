import { describe, expect, test } from '@jest/globals'
import tumblr from '../../providers/tumblr.js'
import { testPrimaryBlog } from './primaryBlog.js'
import { quirksOf } from './quirks.js'

const quirks = quirksOf('tumblr', tumblr)

describe('Tumblr', () => {
  testPrimaryBlog(quirks)

  test('is asked for a refresh token by a scope, and only when one is wanted', () => {
    expect(quirks.authorizationParameters({ offline: true })).toMatchObject({ scope: 'basic offline_access' })
    expect(quirks.authorizationParameters()).not.toMatchObject({ scope: 'basic offline_access' })
  })
})
