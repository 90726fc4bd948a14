import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Tumblr (OAuth 1.0a)',
  docs: 'https://www.tumblr.com/docs/en/api/v2#authentication',
  color: '#001935',
  requestTokenEndpoint: 'https://www.tumblr.com/oauth/request_token',
  authorizationEndpoint: 'https://www.tumblr.com/oauth/authorize',
  accessTokenEndpoint: 'https://www.tumblr.com/oauth/access_token',
  userinfoEndpoint: 'https://api.tumblr.com/v2/user/info',
  apiBaseUrl: 'https://api.tumblr.com/v2/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    // A person is known by the primary blog, whose name may change and pass to others:
    // https://www.tumblr.com/docs/en/api/v2#blog-identifiers
    id: 'blogs[primary=true].uuid', username: 'name', profileUrl: 'blogs[primary=true].url',
    // The avatar goes by the blog's name: https://www.tumblr.com/docs/en/api/v2#avatar--retrieve-a-blog-avatar
    picture: ({ name }) => typeof name === 'string' ? `https://api.tumblr.com/v2/blog/${name}/avatar/512` : undefined,
  },
  // Answers are wrapped: https://www.tumblr.com/docs/en/api/v2#response-format
  hooks: { userinfo: ({ response }) => (response as { user?: RawProfile } | undefined)?.user ?? {} },
})
