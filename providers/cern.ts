import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'CERN',
  docs: 'https://auth.docs.cern.ch/user-documentation/oidc/oidc/',
  color: '#0033a0',
  issuer: 'https://auth.cern.ch/auth/realms/cern',
  apiBaseUrl: 'https://authorization-service-api.web.cern.ch/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: { username: 'cern_upn' },
})
