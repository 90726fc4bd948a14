import { defineProvider } from '../lib/types.js'

// The address is Fedora's, the form of identifiers unconfirmed: nobody signed in. They are http, and nothing is fetched from them.
export default defineProvider({
  protocol: 'openid2',
  title: 'Fedora',
  docs: 'https://fedoraproject.org/wiki/OpenID',
  color: '#51a2da',
  identifier: 'https://id.fedoraproject.org/openid/',
  authorizationEndpoint: 'https://id.fedoraproject.org/openid/',
  claimedIdPattern: /^http:\/\/[a-z0-9][a-z0-9-]*\.id\.fedoraproject\.org\/$/,
  simpleRegistration: ['nickname', 'email', 'fullname', 'timezone'],
  attributeExchange: {},
  apiBaseUrl: 'https://id.fedoraproject.org/',
  refreshTokens: false,
  profile: { id: 'claimed_id', username: 'nickname', nickname: 'nickname', name: 'fullname', email: 'email', zoneinfo: 'timezone' },
})
