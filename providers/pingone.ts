import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'PingOne',
  docs: 'https://apidocs.pingidentity.com/pingone/platform/v1/api/',
  color: '#b3282d',
  parameters: {
    environmentId: { description: 'Id of the environment', kind: 'segment' },
    host: { description: 'pingone.com, or that of another region: pingone.eu', kind: 'host', default: 'pingone.com' },
  },
  issuer: 'https://auth.{host}/{environmentId}/as',
  apiBaseUrl: 'https://api.{host}/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
  // Claims are what the administrator maps, so none vouches for an address:
  // https://apidocs.pingidentity.com/pingone/platform/v1/api/#application-attribute-mapping
  profile: { emailVerified: () => undefined },
})
