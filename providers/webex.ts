import { defineProvider } from '../lib/types.js'

// Not OpenID Connect: the issuer of its ID Tokens changes with the region, so that there is none to expect.
export default defineProvider({
  protocol: 'oauth2',
  title: 'Webex',
  docs: 'https://developer.webex.com/docs/integrations',
  color: '#00bceb',
  authorizationEndpoint: 'https://webexapis.com/v1/authorize',
  tokenEndpoint: 'https://webexapis.com/v1/access_token',
  userinfoEndpoint: 'https://webexapis.com/v1/people/me',
  apiBaseUrl: 'https://webexapis.com/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['spark:people_read', 'spark:kms'],
  profile: {
    id: 'id', name: 'displayName', givenName: 'firstName', familyName: 'lastName', nickname: 'nickName', email: 'emails.0',
    picture: 'avatar', zoneinfo: 'timezone',
  },
})
