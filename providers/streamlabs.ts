import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Streamlabs',
  docs: 'https://dev.streamlabs.com/docs/oauth-2',
  color: '#80f5d2',
  authorizationEndpoint: 'https://streamlabs.com/api/v2.0/authorize',
  tokenEndpoint: 'https://streamlabs.com/api/v2.0/token',
  userinfoEndpoint: 'https://streamlabs.com/api/v2.0/user',
  apiBaseUrl: 'https://streamlabs.com/api/v2.0/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['donations.read'],
  profile: {
    id: 'streamlabs.id', username: 'streamlabs.username', name: 'streamlabs.display_name', picture: 'streamlabs.thumbnail',
  },
})
