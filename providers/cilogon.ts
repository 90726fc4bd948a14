import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'CILogon',
  docs: 'https://www.cilogon.org/oidc',
  color: '#00447c',
  issuer: 'https://cilogon.org',
  apiBaseUrl: 'https://cilogon.org/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'email', 'profile', 'org.cilogon.userinfo'],
  profile: {
    // The home organisation says what it likes, and thousands of them take part: https://www.cilogon.org/oidc
    emailVerified: () => undefined,
  },
})
