import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Strava',
  docs: 'https://developers.strava.com/docs/authentication/',
  color: '#fc4c02',
  authorizationEndpoint: 'https://www.strava.com/oauth/authorize',
  authorizationParams: { approval_prompt: 'auto' },
  tokenEndpoint: 'https://www.strava.com/oauth/token',
  userinfoEndpoint: 'https://www.strava.com/api/v3/athlete',
  apiBaseUrl: 'https://www.strava.com/api/v3/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read'],
  scopeSeparator: ',',
  profile: {
    id: 'id', username: 'username', givenName: 'firstname', familyName: 'lastname', picture: 'profile', gender: 'sex',
  },
})
