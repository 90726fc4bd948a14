import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Auth0',
  docs: 'https://auth0.com/docs/api/authentication',
  color: '#eb5424',
  parameters: { domain: { description: 'Domain of the tenant, or a domain of its own', kind: 'host', example: 'example.eu.auth0.com' } },
  issuer: 'https://{domain}/',
  apiBaseUrl: 'https://{domain}/api/v2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
  profile: { username: 'nickname' },
})
