import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'openid2',
  title: 'Ubuntu One',
  docs: 'https://help.ubuntu.com/community/SSO',
  color: '#e95420',
  identifier: 'https://login.ubuntu.com',
  authorizationEndpoint: 'https://login.ubuntu.com/+openid',
  simpleRegistration: ['nickname', 'email', 'fullname', 'timezone', 'language'],
  attributeExchange: {},
  apiBaseUrl: 'https://login.ubuntu.com/',
  refreshTokens: false,
  profile: { id: 'claimed_id', nickname: 'nickname', name: 'fullname', email: 'email', zoneinfo: 'timezone', locale: 'language' },
})
