import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'authentik',
  docs: 'https://docs.goauthentik.io/add-secure-apps/providers/oauth2/',
  color: '#fd4b2d',
  parameters: {
    host: { description: 'Host of the server, with its path if it has one', kind: 'address' },
    app: { description: 'Slug of the application', kind: 'segment' },
  },
  issuer: 'https://{host}/application/o/{app}/',
  apiBaseUrl: 'https://{host}/api/v3/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})
