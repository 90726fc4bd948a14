import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Clerk',
  docs: 'https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth',
  color: '#6c47ff',
  parameters: { domain: { description: 'Host of the Frontend API of the instance', kind: 'host' } },
  issuer: 'https://{domain}',
  apiBaseUrl: 'https://{domain}/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
