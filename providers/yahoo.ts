import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Yahoo',
  docs: 'https://developer.yahoo.com/sign-in-with-yahoo/',
  color: '#5f01d1',
  issuer: 'https://api.login.yahoo.com',
  apiBaseUrl: 'https://api.login.yahoo.com/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})
