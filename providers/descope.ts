import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Descope',
  docs: 'https://docs.descope.com/identity-federation/applications/oidc-apps/oidc-endpoints',
  color: '#0082b5',
  parameters: {
    projectId: { description: 'Id of the project, which is the client id too', kind: 'segment' },
    host: { description: 'Host of the region', kind: 'host', default: 'api.descope.com' },
  },
  issuer: 'https://{host}/{projectId}',
  apiBaseUrl: 'https://{host}/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})
