import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Xero',
  docs: 'https://developer.xero.com/documentation/guides/oauth2/sign-in/',
  color: '#13b5ea',
  issuer: 'https://identity.xero.com',
  apiBaseUrl: 'https://api.xero.com/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
  userinfo: false,
  profile: {
    // Nothing is said of whether an address was confirmed: https://developer.xero.com/documentation/guides/oauth2/sign-in/
    emailVerified: () => undefined,
  },
})
