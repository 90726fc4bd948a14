import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Keycloak',
  docs: 'https://www.keycloak.org/securing-apps/oidc-layers',
  color: '#4d4d4d',
  parameters: {
    host: { description: 'Host of the server, and a path if it has one, such as /auth before version 17', kind: 'address' },
    realm: { description: 'Name of the realm', kind: 'segment' },
  },
  issuer: 'https://{host}/realms/{realm}',
  apiBaseUrl: 'https://{host}/admin/realms/{realm}/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})
