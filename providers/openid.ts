import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'openid2',
  title: 'OpenID',
  docs: 'https://openid.net/specs/openid-authentication-2_0.html',
  color: '#f78c40',
  simpleRegistration: ['nickname', 'email', 'fullname', 'dob', 'gender', 'country', 'language', 'timezone'],
  attributeExchange: {
    email: 'http://axschema.org/contact/email', fullname: 'http://axschema.org/namePerson', nickname: 'http://axschema.org/namePerson/friendly',
  },
  refreshTokens: false,
  profile: {
    id: 'claimed_id', nickname: 'nickname', name: 'fullname', email: 'email', birthdate: 'dob', gender: 'gender', locale: 'language',
    zoneinfo: 'timezone',
  },
})
