import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'openid2',
  title: 'Launchpad',
  docs: 'https://help.launchpad.net/YourAccount/OpenID',
  color: '#f8c300',
  identifier: 'https://login.launchpad.net',
  authorizationEndpoint: 'https://login.launchpad.net/+openid',
  simpleRegistration: ['nickname', 'email', 'fullname', 'timezone', 'language'],
  attributeExchange: {},
  apiBaseUrl: 'https://api.launchpad.net/1.0/',
  refreshTokens: false,
  profile: { id: 'claimed_id', nickname: 'nickname', name: 'fullname', email: 'email', zoneinfo: 'timezone', locale: 'language' },
})
