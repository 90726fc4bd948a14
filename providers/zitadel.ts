import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'ZITADEL',
  docs: 'https://zitadel.com/docs/apis/openidoauth/endpoints',
  color: '#1a202c',
  parameters: { domain: { description: 'Domain of the instance, such as example-abc123.zitadel.cloud', kind: 'host' } },
  issuer: 'https://{domain}',
  apiBaseUrl: 'https://{domain}/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
