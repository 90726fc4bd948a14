import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Globus Auth',
  docs: 'https://docs.globus.org/api/auth/developer-guide/',
  color: '#2f5d9e',
  issuer: 'https://auth.globus.org',
  apiBaseUrl: 'https://auth.globus.org/v2/api/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { authorizationParams: { access_type: 'offline' } },
  profile: {
    // The address is what the person's institution says of it, unconfirmed:
    // https://docs.globus.org/api/auth/reference/#oidc_userinfo_endpoint
    emailVerified: () => undefined,
  },
})
