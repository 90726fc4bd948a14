import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Seznam',
  docs: 'https://vyvojari.seznam.cz/oauth/doc',
  color: '#cc0000',
  authorizationEndpoint: 'https://login.szn.cz/api/v1/oauth/auth',
  tokenEndpoint: 'https://login.szn.cz/api/v1/oauth/token',
  tokenBodyFormat: 'json',
  userinfoEndpoint: 'https://login.szn.cz/api/v1/user',
  apiBaseUrl: 'https://login.szn.cz/api/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identity', 'avatar'],
  scopeSeparator: ',',
  profile: {
    id: 'oauth_user_id', username: 'username', givenName: 'firstname', familyName: 'lastname', email: 'email',
    emailVerified: 'email_verified', picture: 'avatar_url',
  },
})
