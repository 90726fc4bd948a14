import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Logto',
  docs: 'https://docs.logto.io/integrate-logto/integrate-logto-into-your-application/understand-authentication-flow',
  color: '#5d34f2',
  parameters: { domain: { description: 'Domain of the tenant, such as example.logto.app or one of its own', kind: 'host' } },
  issuer: 'https://{domain}/oidc',
  apiBaseUrl: 'https://{domain}/api/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  // A refresh token comes only with consent: https://docs.logto.io/authorization/global-api-resources
  offlineAccess: { scope: ['offline_access'], authorizationParams: { prompt: 'consent' } },
  profile: { username: 'username' },
})
