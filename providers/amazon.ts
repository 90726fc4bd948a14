import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Amazon',
  docs: 'https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html',
  color: '#ff9900',
  authorizationEndpoint: 'https://www.amazon.com/ap/oa',
  tokenEndpoint: 'https://api.amazon.com/auth/o2/token',
  userinfoEndpoint: 'https://api.amazon.com/user/profile',
  apiBaseUrl: 'https://api.amazon.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['profile'],
  profile: { id: 'user_id', name: 'name', email: 'email' },
})
