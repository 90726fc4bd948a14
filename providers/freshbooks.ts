import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'FreshBooks',
  docs: 'https://www.freshbooks.com/api/authentication',
  color: '#0075dd',
  authorizationEndpoint: 'https://auth.freshbooks.com/oauth/authorize',
  tokenEndpoint: 'https://api.freshbooks.com/auth/oauth/token',
  tokenBodyFormat: 'json',
  userinfoEndpoint: 'https://api.freshbooks.com/auth/api/v1/users/me',
  apiBaseUrl: 'https://api.freshbooks.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user:profile:read'],
  profile: {
    id: 'response.id', givenName: 'response.first_name', familyName: 'response.last_name', email: 'response.email',
    phoneNumber: 'response.phone_numbers.0.number',
  },
})
