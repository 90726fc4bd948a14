import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Ory',
  docs: 'https://www.ory.com/docs/oauth2-oidc',
  color: '#4c49e8',
  parameters: { domain: { description: 'Host of the project, such as example.projects.oryapis.com', kind: 'host' } },
  issuer: 'https://{domain}',
  apiBaseUrl: 'https://{domain}/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
