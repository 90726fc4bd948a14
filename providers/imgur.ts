import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Imgur',
  docs: 'https://apidocs.imgur.com/',
  color: '#1bb76e',
  authorizationEndpoint: 'https://api.imgur.com/oauth2/authorize',
  tokenEndpoint: 'https://api.imgur.com/oauth2/token',
  userinfoEndpoint: 'https://api.imgur.com/3/account/me',
  apiBaseUrl: 'https://api.imgur.com/3/',
  clientAuth: 'post',
  refreshTokens: true,
  profile: { id: 'data.id', username: 'data.url', picture: 'data.avatar' },
})
