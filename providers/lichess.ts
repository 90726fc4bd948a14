import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Lichess',
  docs: 'https://lichess.org/api#tag/OAuth',
  color: '#7fa650',
  authorizationEndpoint: 'https://lichess.org/oauth',
  tokenEndpoint: 'https://lichess.org/api/token',
  userinfoEndpoint: 'https://lichess.org/api/account',
  extraRequests: { email: 'https://lichess.org/api/account/email' },
  apiBaseUrl: 'https://lichess.org/api/',
  // Clients are not registered, so any id will do and none has a secret: https://lichess.org/api#tag/OAuth
  clientAuth: 'none',
  refreshTokens: false,
  scope: ['email:read'],
  profile: { id: 'id', username: 'username', name: 'profile.realName', email: 'email.email', profileUrl: 'url' },
})
