import { describe } from '@jest/globals'
import tumblrOauth1 from '../../providers/tumblr-oauth1.js'
import { testPrimaryBlog } from './primaryBlog.js'
import { quirksOf } from './quirks.js'

describe('Tumblr by OAuth 1.0a', () => {
  testPrimaryBlog(quirksOf('tumblr-oauth1', tumblrOauth1))
})
