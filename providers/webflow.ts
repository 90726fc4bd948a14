import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Webflow',
  docs: 'https://developers.webflow.com/data/reference/oauth-app',
  color: '#146ef5',
  authorizationEndpoint: 'https://webflow.com/oauth/authorize',
  tokenEndpoint: 'https://api.webflow.com/oauth/access_token',
  userinfoEndpoint: 'https://api.webflow.com/v2/token/authorized_by',
  apiBaseUrl: 'https://api.webflow.com/v2/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['authorized_user:read'],
  profile: { id: 'id', givenName: 'firstName', familyName: 'lastName', email: 'email' },
})
