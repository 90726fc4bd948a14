import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Pocket ID',
  docs: 'https://pocket-id.org/docs/',
  color: '#000000',
  parameters: { host: { description: 'Host of the server', kind: 'host' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/api/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
