import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Box',
  docs: 'https://developer.box.com/guides/authentication/oauth2/',
  color: '#0061d5',
  authorizationEndpoint: 'https://account.box.com/api/oauth2/authorize',
  tokenEndpoint: 'https://api.box.com/oauth2/token',
  revocationEndpoint: 'https://api.box.com/oauth2/revoke',
  userinfoEndpoint: 'https://api.box.com/2.0/users/me',
  apiBaseUrl: 'https://api.box.com/2.0/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  profile: {
    id: 'id', username: 'login', name: 'name', email: 'login', locale: 'language', zoneinfo: 'timezone', phoneNumber: 'phone',
    // One text, not parts. The avatar is left out, for its address answers only to the access token:
    // https://developer.box.com/reference/resources/user/
    address: ({ address }) => ({ formatted: address }),
  },
})
