import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'ClickUp',
  docs: 'https://developer.clickup.com/docs/authentication',
  color: '#7b68ee',
  authorizationEndpoint: 'https://app.clickup.com/api',
  tokenEndpoint: 'https://api.clickup.com/api/v2/oauth/token',
  userinfoEndpoint: 'https://api.clickup.com/api/v2/user',
  apiBaseUrl: 'https://api.clickup.com/api/v2/',
  clientAuth: 'post',
  defaultTokenType: 'Bearer',
  refreshTokens: false,
  scope: [],
  profile: {
    id: 'user.id', username: 'user.username', email: 'user.email', picture: 'user.profilePicture', zoneinfo: 'user.timezone',
  },
})
