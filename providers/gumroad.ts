import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Gumroad',
  docs: 'https://gumroad.com/api',
  color: '#ff90e8',
  authorizationEndpoint: 'https://gumroad.com/oauth/authorize',
  tokenEndpoint: 'https://api.gumroad.com/oauth/token',
  userinfoEndpoint: 'https://api.gumroad.com/v2/user',
  apiBaseUrl: 'https://api.gumroad.com/v2/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['view_profile'],
  defaultTokenType: 'Bearer',
  profile: {
    id: 'user.user_id', name: 'user.name', email: 'user.email', picture: 'user.profile_url', profileUrl: 'user.url',
  },
})
