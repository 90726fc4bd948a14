import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'WordPress.com',
  docs: 'https://developer.wordpress.com/docs/api/oauth2/',
  color: '#3858e9',
  authorizationEndpoint: 'https://public-api.wordpress.com/oauth2/authorize',
  tokenEndpoint: 'https://public-api.wordpress.com/oauth2/token',
  userinfoEndpoint: 'https://public-api.wordpress.com/rest/v1.1/me',
  facts: { blogId: 'blog_id', blogUrl: 'blog_url' },
  apiBaseUrl: 'https://public-api.wordpress.com/rest/v1.1/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['auth'],
  profile: {
    id: 'ID', username: 'username', name: 'display_name', email: 'email', emailVerified: 'email_verified', picture: 'avatar_URL',
    profileUrl: 'profile_URL', locale: 'language',
  },
})
