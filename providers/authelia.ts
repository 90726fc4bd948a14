import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Authelia',
  docs: 'https://www.authelia.com/integration/openid-connect/introduction/',
  color: '#113155',
  parameters: { host: { description: 'Host of the server, with its path if it has one', kind: 'address' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/api/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
