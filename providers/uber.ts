import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Uber',
  docs: 'https://developer.uber.com/docs/riders/guides/authentication/introduction',
  color: '#000000',
  authorizationEndpoint: 'https://login.uber.com/oauth/v2/authorize',
  tokenEndpoint: 'https://login.uber.com/oauth/v2/token',
  revocationEndpoint: 'https://login.uber.com/oauth/v2/revoke',
  userinfoEndpoint: 'https://api.uber.com/v1.2/me',
  apiBaseUrl: 'https://api.uber.com/v1.2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['profile'],
  profile: { id: 'uuid', givenName: 'first_name', familyName: 'last_name', email: 'email', picture: 'picture' },
})
