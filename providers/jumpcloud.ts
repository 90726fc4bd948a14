import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'JumpCloud',
  docs: 'https://jumpcloud.com/support/sso-with-oidc',
  color: '#202d38',
  issuer: 'https://oauth.id.jumpcloud.com/',
  apiBaseUrl: 'https://console.jumpcloud.com/api/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
