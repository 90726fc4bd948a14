import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Eventbrite',
  docs: 'https://www.eventbrite.com/platform/api#/introduction/authentication',
  color: '#f05537',
  authorizationEndpoint: 'https://www.eventbrite.com/oauth/authorize',
  tokenEndpoint: 'https://www.eventbrite.com/oauth/token',
  userinfoEndpoint: 'https://www.eventbriteapi.com/v3/users/me/',
  apiBaseUrl: 'https://www.eventbriteapi.com/v3/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  profile: {
    id: 'id', name: 'name', givenName: 'first_name', familyName: 'last_name', email: 'emails[primary=true].email',
    emailVerified: 'emails[primary=true].verified',
  },
})
