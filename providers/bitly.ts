import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Bitly',
  docs: 'https://dev.bitly.com/docs/getting-started/authentication/',
  color: '#ee6123',
  authorizationEndpoint: 'https://bitly.com/oauth/authorize',
  tokenEndpoint: 'https://api-ssl.bitly.com/oauth/access_token',
  userinfoEndpoint: 'https://api-ssl.bitly.com/v4/user',
  apiBaseUrl: 'https://api-ssl.bitly.com/v4/',
  clientAuth: 'post',
  tokenResponseFormat: 'form',
  defaultTokenType: 'Bearer',
  refreshTokens: false,
  scope: [],
  profile: {
    id: 'login', name: 'name', email: 'emails[is_primary=true].email', emailVerified: 'emails[is_primary=true].is_verified',
  },
})
