import { defineProvider } from '../lib/types.js'

// An id and nothing else: who the person is, another login has to say.
export default defineProvider({
  protocol: 'oauth2',
  title: 'Garmin Connect',
  docs: 'https://developer.garmin.com/gc-developer-program/',
  color: '#007cc3',
  authorizationEndpoint: 'https://connect.garmin.com/oauth2Confirm',
  tokenEndpoint: 'https://diauth.garmin.com/di-oauth2-service/oauth/token',
  userinfoEndpoint: 'https://apis.garmin.com/wellness-api/rest/user/id',
  apiBaseUrl: 'https://apis.garmin.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  profile: { id: 'userId' },
})
