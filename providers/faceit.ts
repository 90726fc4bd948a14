import { defineProvider } from '../lib/types.js'

// Plain OAuth 2.0: the known profile has a guid in place of the sub that OpenID Connect compares with the ID Token's:
// https://docs.faceit.com/getting-started/authentication/oauth2
export default defineProvider({
  protocol: 'oauth2',
  title: 'FACEIT',
  docs: 'https://docs.faceit.com/getting-started/authentication/oauth2',
  color: '#ff5500',
  authorizationEndpoint: 'https://accounts.faceit.com',
  authorizationParams: { redirect_popup: 'true' },
  tokenEndpoint: 'https://api.faceit.com/auth/v1/oauth/token',
  userinfoEndpoint: 'https://api.faceit.com/auth/v1/resources/userinfo',
  apiBaseUrl: 'https://open.faceit.com/data/v4/',
  refreshTokens: true,
  scope: ['openid', 'email', 'profile'],
  profile: {
    id: 'guid', username: 'nickname', name: 'name', givenName: 'given_name', familyName: 'family_name', email: 'email',
    emailVerified: 'email_verified', picture: 'picture', birthdate: 'birthdate', locale: 'locale',
  },
})
